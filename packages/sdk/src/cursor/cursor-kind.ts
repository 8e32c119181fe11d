import type { FieldType } from "@dativo/protocol";
import { compareDecimals, type DecimalValue, parseDecimal } from "./decimal-value.js";
import { parseIsoDate, parseIsoTime } from "./iso-time.js";

/**
 * How values of a cursor are compared; never as mere text, except `string`.
 *
 * - `instant`: timestamps with a zone, whatever their offset; `wallTime`: timestamps without one.
 * - `date`, `integer` (any size), `decimal` (exact; doubles too), `string` (by code point).
 */
export type CursorKind = "instant" | "wallTime" | "date" | "integer" | "decimal" | "string";

/** A cursor value as a source writes it. */
export type CursorValue = string | number | bigint | Date;

/** A cursor value in the form it is compared in. */
export type Comparable = bigint | string | DecimalValue;

/** The kind that cursors of a column's type have, or undefined when such a column has no order to follow. */
export function cursorKindOf(type: FieldType): CursorKind | undefined {
  switch (type.kind) {
    case "timestamp":
      return type.zone ? "instant" : "wallTime";
    case "number":
      return "decimal";
    case "date":
    case "integer":
    case "decimal":
    case "string":
      return type.kind;
    default:
      return undefined;
  }
}

/** Makes a source's value comparable, or undefined when it is not a value of that kind. */
export function toComparable(kind: CursorKind, value: unknown): Comparable | undefined {
  switch (kind) {
    case "string":
      return typeof value === "string" ? value : undefined;
    case "integer":
      if (typeof value === "bigint") return value;
      if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : undefined;
      return typeof value === "string" && /^[+-]?\d+$/.test(value)
        ? BigInt(value.replace("+", ""))
        : undefined;
    case "decimal":
      return typeof value === "string" || typeof value === "number" || typeof value === "bigint"
        ? parseDecimal(value)
        : undefined;
    case "date":
      if (typeof value === "string") return parseIsoDate(value);
      return isValidDate(value) ? BigInt(Math.floor(value.getTime() / 86_400_000)) : undefined;
    default:
      if (typeof value === "string") return parseIsoTime(value, kind === "instant");
      return isValidDate(value) ? BigInt(value.getTime()) * 1_000_000n : undefined;
  }
}

function isValidDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

/** Below 0 when `left` comes before `right`, 0 when they are the same, above 0 when it comes after. */
export function compareCursors(left: Comparable, right: Comparable): number {
  if (typeof left === "bigint") return left < (right as bigint) ? -1 : left > (right as bigint) ? 1 : 0;
  if (typeof left === "string") return compareCodePoints(left, right as string);
  return compareDecimals(left, right as DecimalValue);
}

function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return codePointRank(a) - codePointRank(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above U+FFFF, yet their units are smaller than U+E000 to U+FFFF. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
