import { type JsonColumn, scanUniformRecords } from "./uniform-records.js";

/** What a text holds, as far as it can be told without parsing it. */
export type JsonRecords =
  /** A JSON array of objects, and how many; `columns` when all have the same members in the same order, none nested. */
  | { readonly kind: "records"; readonly count: number; readonly columns?: readonly JsonColumn[] }
  /** JSON of another shape, such as an array with a number in it. */
  | { readonly kind: "other" }
  /** Not JSON; `offset` is that of the first byte that cannot stand where it does. */
  | { readonly kind: "invalid"; readonly offset: number };

const QUOTE = 0x22;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;

const LITERALS: Readonly<Record<number, Uint8Array>> = Object.fromEntries(
  ["true", "false", "null"].map((word) => [word.charCodeAt(0), new TextEncoder().encode(word)]),
);

/**
 * Checks that UTF-8 text is JSON and counts the records of its array, without decoding it or building a value.
 *
 * It accepts exactly what `JSON.parse` accepts of the decoded text; whether the bytes are UTF-8 is not its business.
 *
 * @example
 * scanJsonRecords(new TextEncoder().encode('[{"id":1},{"id":2}]')) // { kind: "records", count: 2, columns: [{ name: "id", kinds: 4 }] }
 */
export function scanJsonRecords(text: Uint8Array): JsonRecords {
  const uniform = scanUniformRecords(text);
  return uniform === undefined ? scanAnyJson(text) : { kind: "records", ...uniform };
}

function scanAnyJson(text: Uint8Array): JsonRecords {
  // One loop over local variables: this runs over every byte of every batch that passes unparsed.
  const { length } = text;
  let at = 0;
  /** One entry a container that is open: 1 for an object, 0 for an array. */
  let open = new Uint8Array(64);
  let depth = 0;
  let records = 0;
  let isRecords = true;
  let expect = Expect.Value;
  for (;;) {
    let code = text[at];
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text[++at];
    if (depth === 0 && expect === Expect.Next) break;
    if (expect === Expect.Next) {
      const inObject = open[depth - 1] === 1;
      if (code === COMMA) expect = inObject ? Expect.Key : Expect.Value;
      else if (code === (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) depth -= 1;
      else return invalid(at);
      at += 1;
      continue;
    }
    if (
      (expect === Expect.FirstKey && code === CLOSE_OBJECT) ||
      (expect === Expect.FirstItem && code === CLOSE_ARRAY)
    ) {
      depth -= 1;
      at += 1;
      expect = Expect.Next;
      continue;
    }
    const isKey = expect === Expect.Key || expect === Expect.FirstKey;
    if (isKey && code !== QUOTE) return invalid(at);
    if (depth === 1 && !isKey && open[0] === 0) {
      if (code === OPEN_OBJECT) records += 1;
      else isRecords = false;
    }
    if (code === QUOTE) {
      at += 1;
      for (;;) {
        while (at < length && PLAIN[text[at] as number] === 1) at += 1;
        if (text[at] === QUOTE) break;
        const escaped = text[at] === BACKSLASH ? escapeLength(text, at + 1) : 0;
        if (escaped === 0) return invalid(at);
        at += 1 + escaped;
      }
      at += 1;
      if (isKey) {
        code = text[at];
        while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text[++at];
        if (code !== COLON) return invalid(at);
        at += 1;
        expect = Expect.Value;
        continue;
      }
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (depth === open.length) {
        const larger = new Uint8Array(depth * 2);
        larger.set(open);
        open = larger;
      }
      open[depth] = code === OPEN_OBJECT ? 1 : 0;
      depth += 1;
      at += 1;
      expect = code === OPEN_OBJECT ? Expect.FirstKey : Expect.FirstItem;
      continue;
    } else {
      const end = code === MINUS || isDigit(code) ? endOfNumber(text, at) : endOfLiteral(text, at);
      if (end < 0) return invalid(-end - 1);
      at = end;
    }
    if (depth === 0) isRecords = false;
    expect = Expect.Next;
  }
  if (at < length) return invalid(at);
  return isRecords && text[firstToken(text)] === OPEN_ARRAY
    ? { kind: "records", count: records }
    : { kind: "other" };
}

/** 1 for the bytes that stand for themselves in a string. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x20 && code !== QUOTE && code !== BACKSLASH ? 1 : 0,
);

/** What may stand at a place between two tokens. */
enum Expect {
  Value,
  /** A value, or the end of an array that just began. */
  FirstItem,
  Key,
  /** A key, or the end of an object that just began. */
  FirstKey,
  /** A comma, or the end of what is open. */
  Next,
}

function invalid(offset: number): JsonRecords {
  return { kind: "invalid", offset };
}

function firstToken(text: Uint8Array): number {
  let at = 0;
  while ((text[at] as number) <= 0x20) at += 1;
  return at;
}

/** Where a number ends; when it is none, minus one more than where it stops being one. */
function endOfNumber(text: Uint8Array, start: number): number {
  let at = text[start] === MINUS ? start + 1 : start;
  if (text[at] === 0x30) at += 1;
  else {
    const digits = endOfDigits(text, at);
    if (digits === at) return -at - 1;
    at = digits;
  }
  if (text[at] === POINT) {
    const digits = endOfDigits(text, at + 1);
    if (digits === at + 1) return -digits - 1;
    at = digits;
  }
  if (((text[at] ?? 0) | 0x20) === 0x65) {
    const sign = text[at + 1];
    const from = sign === MINUS || sign === PLUS ? at + 2 : at + 1;
    const digits = endOfDigits(text, from);
    if (digits === from) return -digits - 1;
    at = digits;
  }
  return at;
}

function endOfDigits(text: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(text[at])) at += 1;
  return at;
}

/** The same for `true`, `false` and `null`. */
function endOfLiteral(text: Uint8Array, start: number): number {
  const literal = LITERALS[text[start] ?? 0];
  if (literal === undefined) return -start - 1;
  for (let index = 0; index < literal.length; index += 1)
    if (text[start + index] !== literal[index]) return -(start + index) - 1;
  return start + literal.length;
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= 0x30 && code <= 0x39;
}

/** Bytes of an escape behind its backslash; 0 when it is none. */
function escapeLength(text: Uint8Array, at: number): number {
  switch (text[at]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // slash
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return 1;
    case 0x75: // u
      for (let digit = 1; digit <= 4; digit += 1) if (!isHex(text[at + digit])) return 0;
      return 5;
    default:
      return 0;
  }
}

function isHex(code: number | undefined): boolean {
  if (code === undefined) return false;
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}
