import type { Json } from "./json.js";

/** Deepest nesting that is kept; what people read needs no more. */
const MAX_DEPTH = 20;

/**
 * Copies any value into one that `JSON.stringify` takes, for logs and error details; it never throws.
 *
 * A bigint, NaN or an infinity becomes its text, a Date its ISO text, an error `name: message`, bytes their
 * count; functions and symbols are left out, what refers to itself becomes `[circular]`.
 *
 * @example
 * toJsonSafe({ at: new Date(0), id: 7n }) // { at: "1970-01-01T00:00:00.000Z", id: "7" }
 */
export function toJsonSafe(value: unknown): Json {
  return copy(value, []) ?? null;
}

function copy(value: unknown, above: readonly object[]): Json | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : copyObject(value, above);
    default:
      return undefined;
  }
}

function copyObject(value: object, above: readonly object[]): Json | undefined {
  if (above.includes(value)) return "[circular]";
  if (above.length >= MAX_DEPTH) return "[nested too deeply]";
  const inside = [...above, value];
  try {
    if (value instanceof Error && !("toJSON" in value)) return `${value.name}: ${value.message}`;
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if ("toJSON" in value && typeof value.toJSON === "function") return copy(value.toJSON(), inside);
    if (value instanceof Map) return copy([...value.entries()], inside);
    if (value instanceof Set) return copy([...value], inside);
    if (Array.isArray(value)) return value.map((item) => copy(item, inside) ?? null);
    const entries = Object.entries(value).map(([key, item]) => [key, copy(item, inside)] as const);
    return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
  } catch {
    return "[unreadable]"; // a getter or a proxy threw
  }
}
