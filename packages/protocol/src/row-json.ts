import { abiViolation } from "./abi-violation.js";
import type { Row } from "./batch.js";

/**
 * Row JSON: a JSON array of records, without loss of what JSON cannot hold.
 *
 * Such a value is an object with the key `$dativo`, which names what it is, and mostly a `value`:
 *
 * | `$dativo` | `value` | stands for |
 * | --- | --- | --- |
 * | `bigint` | decimal digits | a bigint |
 * | `date` | ISO 8601 text, or null | a Date, or an invalid one |
 * | `binary` | base64 | bytes |
 * | `number` | `NaN`, `Infinity`, `-Infinity`, `-0` | that number |
 * | `undefined` | – | undefined inside an array |
 * | `object` | the object | an object that has a key `$dativo` of its own |
 * | `unsupported` | what it was | something that no record can hold, such as a function or a promise |
 *
 * The key is written as it is spelled here, never with escapes. An undefined member is left out, as a missing
 * key is a missing value.
 */
const TAG = "$dativo";

/** Nesting beyond which a value is not carried over; `JSON.stringify` overflows its stack not far above. */
const MAX_DEPTH = 1000;

/**
 * Writes records as row JSON, in UTF-8.
 *
 * `decodeRows` gives back the same values, except that a class instance becomes a plain object (or what its
 * `toJSON` returns) and that what no record can hold (functions, promises, circular references) becomes a
 * symbol that describes it, so that the consumer rejects that one record.
 *
 * @example
 * encodeRows([{ id: 9007199254740993n }]) // [{"id":{"$dativo":"bigint","value":"9007199254740993"}}]
 */
export function encodeRows(rows: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(rows.map(toPlainRow)));
}

/**
 * Reads what `encodeRows` wrote.
 *
 * @throws DativoError `ABI_VIOLATION` when the bytes are not row JSON
 */
export function decodeRows(bytes: Uint8Array): Row[] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const rows: unknown = JSON.parse(text);
    if (!Array.isArray(rows)) throw new TypeError("they are not a JSON array");
    if (text.includes(`"${TAG}"`)) revive(rows);
    return rows as Row[];
  } catch (cause) {
    throw abiViolation(`Records are not row JSON: ${(cause as Error).message}`, { cause });
  }
}

/** The stand-in for a value in what is given to `JSON.stringify`. */
function tagged(tag: string, value?: unknown): object {
  return value === undefined ? { [TAG]: tag } : { [TAG]: tag, value };
}

function toPlainRow(row: unknown): unknown {
  try {
    return toPlain(row, []);
  } catch (error) {
    // A getter or a toJSON of this one record threw.
    return tagged(
      "unsupported",
      `a record that cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The value itself where `JSON.stringify` keeps all of it, otherwise a copy with tags in it. */
function toPlain(value: unknown, above: object[]): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (value - value !== 0) return tagged("number", String(value));
      return value === 0 && 1 / value < 0 ? tagged("number", "-0") : value;
    case "bigint":
      return tagged("bigint", value.toString());
    case "undefined":
      return tagged("undefined");
    case "object":
      return value === null ? null : toPlainObject(value, above);
    case "symbol":
      // What another process could not carry over keeps its name.
      return tagged("unsupported", value.description ?? "a symbol");
    default:
      return tagged("unsupported", `a ${typeof value}`);
  }
}

function toPlainObject(value: object, above: object[]): unknown {
  if (value instanceof Date)
    return tagged("date", Number.isNaN(value.getTime()) ? null : value.toISOString());
  if (value instanceof Uint8Array) return tagged("binary", base64(value));
  if (above.includes(value)) return tagged("unsupported", "a value that contains itself");
  if (above.length >= MAX_DEPTH) return tagged("unsupported", `a value nested more than ${MAX_DEPTH} deep`);
  above.push(value);
  const plain = toPlainMembers(value as Record<string, unknown>, above);
  above.pop();
  return plain;
}

function toPlainMembers(value: Record<string, unknown>, above: object[]): unknown {
  if (typeof value.toJSON === "function") return toPlain(value.toJSON(), above);
  if (Array.isArray(value)) return toPlainItems(value, above);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (kind !== "Object") return tagged("unsupported", `a ${kind}`);
  }
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    const plain = toPlain(member, above);
    if (plain === member) continue;
    // A spread makes a member named __proto__ an own one, which the assignment then reaches.
    copy ??= { ...value };
    copy[key] = plain;
  }
  return Object.hasOwn(value, TAG) ? tagged("object", copy ?? value) : (copy ?? value);
}

function toPlainItems(items: readonly unknown[], above: object[]): unknown {
  let copy: unknown[] | undefined;
  for (let index = 0; index < items.length; index += 1) {
    const plain = toPlain(items[index], above);
    if (plain === items[index]) continue;
    copy ??= [...items];
    copy[index] = plain;
  }
  return copy ?? items;
}

/** Puts the values that tags stand for into what was parsed, in place and without recursion. */
function revive(rows: unknown[]): void {
  const open: unknown[] = [rows];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const container = at as Record<string, unknown>;
    // Assignment reaches only own members here, so a member named __proto__ stays a member.
    for (const key in container) {
      const member = container[key];
      if (typeof member !== "object" || member === null) continue;
      const tag = (member as Record<string, unknown>)[TAG];
      const value = tag === undefined ? member : untagged(tag, (member as Record<string, unknown>).value);
      if (tag !== undefined) container[key] = value;
      if (tag === undefined || tag === "object") open.push(value);
    }
  }
}

function untagged(tag: unknown, value: unknown): unknown {
  switch (tag) {
    case "undefined":
      return undefined;
    case "object":
      if (typeof value === "object" && value !== null) return value;
      break;
    case "date":
      if (value === null || typeof value === "string") return new Date(value ?? Number.NaN);
      break;
    case "bigint":
      if (typeof value === "string" && /^-?\d+$/.test(value)) return BigInt(value);
      break;
    case "number":
      if (typeof value === "string" && /^(NaN|-?Infinity|-0)$/.test(value)) return Number(value);
      break;
    case "binary":
      if (typeof value === "string") return new Uint8Array(Buffer.from(value, "base64"));
      break;
    case "unsupported":
      if (typeof value === "string") return Symbol(value);
      break;
  }
  throw new TypeError(`${JSON.stringify({ [TAG]: tag, value }).slice(0, 100)} is not a value of row JSON`);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
