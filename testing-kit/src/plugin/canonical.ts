import { unpackRows } from "@dativo/columnar";
import type { BatchData, Row } from "@dativo/protocol";
import { DativoError, parseLosslessJson } from "@dativo/protocol";

/**
 * One text for one value, whatever form it came in: members sorted, integers exact, bytes as base64, instants in
 * UTC. Null and missing are not the same; a number and a bigint of the same integer are.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      if (Object.is(value, -0)) return "-0.0";
      return Number.isFinite(value) ? numberText(value) : `<${value}>`;
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "object":
      return value === null ? "null" : canonicalObject(value);
    default:
      return `<${typeof value}>`;
  }
}

/** Integers of any size without exponent, so that they are the same as bigints. */
function numberText(value: number): string {
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

function canonicalObject(value: object): string {
  if (value instanceof Date)
    return JSON.stringify(Number.isNaN(value.getTime()) ? null : value.toISOString());
  if (value instanceof Uint8Array) return `<base64 ${Buffer.from(value).toString("base64")}>`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
}

/** The rows of a batch in any form that holds data. */
export function rowsOfBatch(data: BatchData): readonly Row[] {
  switch (data.form) {
    case "rows":
      return data.rows;
    case "json":
      return parseLosslessJson(new TextDecoder("utf-8", { fatal: true }).decode(data.text)) as Row[];
    case "arrow":
      return unpackRows(data);
    case "native":
      try {
        return unpackRows(data.columns());
      } finally {
        data.release();
      }
    default:
      throw new DativoError({
        code: "TYPE_UNSUPPORTED",
        message: `The testing kit cannot look into a batch in the form ${data.form}.`,
      });
  }
}

/** How often each value occurs, by its canonical text. */
export class Multiset {
  private readonly counts = new Map<string, number>();

  constructor(values: Iterable<unknown> = []) {
    for (const value of values) this.add(value);
  }

  add(value: unknown): void {
    const text = canonical(value);
    this.counts.set(text, (this.counts.get(text) ?? 0) + 1);
  }

  count(value: unknown): number {
    return this.counts.get(canonical(value)) ?? 0;
  }

  /** The values of `wanted` that this one has fewer of, each as often as it is missing. */
  missing<T>(wanted: Iterable<T>): T[] {
    const left = new Map(this.counts);
    const missing: T[] = [];
    for (const value of wanted) {
      const text = canonical(value);
      const count = left.get(text) ?? 0;
      if (count === 0) missing.push(value);
      else left.set(text, count - 1);
    }
    return missing;
  }
}
