const MAX_SHAPE = 40;

/**
 * Says what a value is without showing it: its type, its size and, for text, the shape of its characters.
 *
 * @example
 * describeValue("2024-13-01") // 'text of 10 characters like "9999-99-99"'
 */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value === "" ? "empty text" : `text of ${value.length} characters like "${shapeOf(value)}"`;
    case "number":
      return describeNumber(value);
    case "bigint":
      return `bigint of ${(value < 0n ? -value : value).toString().length} digits`;
    case "object":
      return value === null ? "null" : describeObject(value);
    case "undefined":
      return "nothing";
    default:
      return typeof value;
  }
}

function describeNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (!Number.isInteger(value)) return "number with a fraction";
  return Number.isSafeInteger(value) ? "integer" : "integer beyond 2^53";
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return `list of ${value.length} items`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid Date" : "Date";
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `binary of ${value.byteLength} bytes`;
  const name: unknown = value.constructor?.name;
  const count = Object.keys(value).length;
  const members = count === 1 ? "1 member" : `${count} members`;
  return typeof name === "string" && name !== "Object" && name.length > 0 && name.length < 40
    ? `${name} object with ${members}`
    : `object with ${members}`;
}

/** Replaces letters by a letter and digits by a digit, so that the form shows and the content does not. */
function shapeOf(text: string): string {
  const start = text.slice(0, MAX_SHAPE);
  const shape = start
    .replace(/\p{Lu}/gu, "A")
    .replace(/\p{L}/gu, (letter) => (letter === "A" ? letter : "a"))
    .replace(/\p{N}/gu, "9")
    .replace(/[^\x20-\x7e]/g, "?");
  return text.length > MAX_SHAPE ? `${shape}…` : shape;
}
