import type { Json, JsonObject } from "@dativo/protocol";
import { type Comparable, type CursorKind, type CursorValue, toComparable } from "./cursor-kind.js";
import { formatIsoDate, formatIsoTime, fractionDigits } from "./iso-time.js";

/** A cursor value as the source wrote it, beside its comparable form. */
export interface CursorMark {
  readonly value: CursorValue;
  readonly comparable: Comparable;
}

/** Writes a mark into a state, with the JavaScript type that it had. */
export function encodeMark(mark: CursorMark): JsonObject {
  const { value } = mark;
  if (value instanceof Date) return { form: "date", text: value.toISOString() };
  return { form: typeof value === "string" ? "text" : typeof value, text: String(value) };
}

/** Reads a mark from a state, or undefined when it is not one of that kind. */
export function decodeMark(kind: CursorKind, state: Json | undefined): CursorMark | undefined {
  if (typeof state !== "object" || state === null || !("text" in state) || typeof state.text !== "string")
    return undefined;
  const value = decodeValue(String(state.form), state.text);
  const comparable = value === undefined ? undefined : toComparable(kind, value);
  return value === undefined || comparable === undefined ? undefined : { value, comparable };
}

function decodeValue(form: string, text: string): CursorValue | undefined {
  switch (form) {
    case "text":
      return text;
    case "number":
      return Number(text);
    case "bigint":
      return /^-?\d+$/.test(text) ? BigInt(text) : undefined;
    case "date":
      return new Date(text);
    default:
      return undefined;
  }
}

/** Moves a mark back in time, written as the source writes its values; days for dates, rounded up. */
export function moveBack(kind: CursorKind, mark: CursorMark, seconds: number): CursorMark {
  if (kind === "date") {
    const days = (mark.comparable as bigint) - BigInt(Math.ceil(seconds / 86_400));
    return {
      comparable: days,
      value: mark.value instanceof Date ? new Date(Number(days) * 86_400_000) : formatIsoDate(days),
    };
  }
  const nanos = (mark.comparable as bigint) - BigInt(Math.round(seconds * 1e9));
  if (mark.value instanceof Date) return { comparable: nanos, value: new Date(Number(nanos / 1_000_000n)) };
  return {
    comparable: nanos,
    value: formatIsoTime(nanos, fractionDigits(String(mark.value)), kind === "instant"),
  };
}
