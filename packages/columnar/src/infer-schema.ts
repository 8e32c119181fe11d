import type { Field, FieldType, TableSchema } from "@dativo/protocol";
import { sameFieldType } from "@dativo/protocol";
import { compileColumnPacker } from "./pack/column-packer.js";
import { PackRun } from "./pack/pack-run.js";

/**
 * Finds types that hold every value of some rows, and of the rows before them.
 *
 * Types only ever widen: from `integer` to `number` or `decimal`, and in the end to `json`, which holds anything.
 * A field without a value but null is left out until it has one. Text stays `string`, whatever it looks like;
 * lists and objects are `json`. A field of `previous` keeps its type as long as every value fits it.
 *
 * @param previous the schema so far, inferred or declared.
 * @example
 * inferSchema([{ id: 1, at: new Date(), note: null }]).fields
 * // [{ name: "id", type: { kind: "integer" } }, { name: "at", type: { kind: "timestamp", zone: true } }]
 */
export function inferSchema(rows: readonly unknown[], previous?: TableSchema): TableSchema {
  const values = new Map<string, unknown[]>();
  let count = 0;
  for (const field of previous?.fields ?? []) values.set(field.name, []);
  for (const row of rows) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) continue;
    count += 1;
    for (const name of Object.keys(row)) {
      const value = (row as Record<string, unknown>)[name];
      if (value === null || value === undefined) continue;
      const seen = values.get(name);
      if (seen === undefined) values.set(name, [value]);
      else seen.push(value);
    }
  }
  const fields = [...values].map(([name, seen]): Field => {
    const known = previous?.fields.find((field) => field.name === name);
    if (known === undefined) return { name, type: typeOfAll(seen) };
    const { required, ...rest } = known;
    const type = widened(known.type, seen);
    return required && seen.length === count ? { ...rest, type, required } : { ...rest, type };
  });
  return previous?.key === undefined ? { fields } : { fields, key: previous.key };
}

const JSON_TYPE: FieldType = { kind: "json" };
const HUGE: FieldType = { kind: "decimal", precision: 38, scale: 0 };

function widened(type: FieldType, values: readonly unknown[]): FieldType {
  if (fits(type, values)) return type;
  const joined = join(type, typeOfAll(values));
  return fits(joined, values) ? joined : JSON_TYPE;
}

function typeOfAll(values: readonly unknown[]): FieldType {
  let type = typeOfOne(values[0]);
  for (const value of values) {
    type = join(type, typeOfOne(value));
    if (type.kind === "json") return type;
  }
  // Joining looks at types only; an integer beyond 2^53 beside a fraction, say, fits no number.
  return fits(type, values) ? type : JSON_TYPE;
}

function typeOfOne(value: unknown): FieldType {
  switch (typeof value) {
    case "boolean":
      return { kind: "boolean" };
    case "number":
      return { kind: Number.isSafeInteger(value) ? "integer" : "number" };
    case "bigint":
      return BigInt.asIntN(64, value) === value ? { kind: "integer" } : HUGE;
    case "string":
      return { kind: "string" };
    default:
      if (value instanceof Date) return { kind: "timestamp", zone: true };
      return ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? { kind: "binary" } : JSON_TYPE;
  }
}

function join(left: FieldType, right: FieldType): FieldType {
  if (sameFieldType(left, right)) return left;
  const kinds = new Set([left.kind, right.kind]);
  if (kinds.has("integer") && kinds.has("number")) return { kind: "number" };
  if (kinds.has("integer") && (left === HUGE || right === HUGE)) return HUGE;
  return JSON_TYPE;
}

function fits(type: FieldType, values: readonly unknown[]): boolean {
  const run = new PackRun();
  compileColumnPacker(type)(values, values.length, run.scope("value", type));
  return run.rejected.size === 0;
}
