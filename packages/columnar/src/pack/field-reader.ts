import type { SplitNumbers } from "./pack-numbers.js";

/** Reads one field of many rows. */
export interface FieldReader {
  /** The field of every row, written to `target`. */
  values(rows: readonly unknown[], length: number, target: unknown[]): void;
  /** The field of every row, the numbers apart from the rest; they are written to `target`. */
  numbers(rows: readonly unknown[], length: number, target: Float64Array): SplitNumbers;
  /** The field of one row. */
  value(row: unknown): unknown;
}

/**
 * Compiles the reader of a field.
 *
 * Generated code has an inline cache of its own for each field, and keeps numbers unboxed on their way into a
 * typed array; a shared loop with a variable name is several times slower.
 */
export function compileFieldReader(name: string): FieldReader {
  const quoted = JSON.stringify(name);
  // Every object has inherited members of these names, which are not fields of the row.
  const access =
    name in {} ? `(Object.hasOwn(row, ${quoted}) ? row[${quoted}] : undefined)` : `row[${quoted}]`;
  return new Function(`return {
    values(rows, length, target) {
      for (let i = 0; i < length; i++) { const row = rows[i]; target[i] = ${access}; }
    },
    numbers(rows, length, numbers) {
      const others = [];
      for (let i = 0; i < length; i++) {
        const row = rows[i];
        const value = ${access};
        if (typeof value === "number") numbers[i] = value;
        else { numbers[i] = 0; others.push(i); }
      }
      return { numbers, others };
    },
    value(row) { return ${access}; },
  };`)() as FieldReader;
}
