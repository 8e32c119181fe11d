/** What values a member of records has, as bits that are added up. */
export const JSON_KIND = {
  null: 1,
  boolean: 2,
  /** Whole numbers of up to 15 digits, which a double holds exactly. */
  integer: 4,
  /** Whole numbers of 16 to 18 digits, which 64 bits hold, but not every double. */
  longInteger: 8,
  /** Other finite numbers: with a fraction or an exponent. */
  number: 16,
  /** Well-formed text that is none of the following three. */
  text: 32,
  /** `YYYY-MM-DD` */
  date: 64,
  /** `YYYY-MM-DDThh:mm:ss`, whose fraction, if any, has three digits or six and is written as short as that allows. */
  timestamp: 128,
  /** The same with `Z` at its end. */
  zonedTimestamp: 256,
  /** Anything else: minus nought, numbers that a double may not hold, halves of surrogate pairs. */
  odd: 512,
} as const;

/** A member that all records have. */
export interface JsonColumn {
  readonly name: string;
  /** The kinds of values it has (`JSON_KIND`), added up. */
  readonly kinds: number;
}

/** A member while its texts are scanned. */
interface ScannedColumn {
  readonly name: string;
  /** The key as it stands in the text, quotes included. */
  readonly key: Uint8Array;
  /** The same in words of four bytes; the last one overlaps. */
  readonly words: Uint32Array;
  kinds: number;
}

/**
 * Scans an array of records which all have the same members in the same order, and none of them nested, as texts of
 * machines mostly do. Undefined for every other text; whether that is JSON is to be found out in another way.
 */
export function scanUniformRecords(
  text: Uint8Array,
): { readonly count: number; readonly columns: readonly JsonColumn[] } | undefined {
  // This runs over every byte of every batch that passes unparsed: keys are compared four bytes at a time.
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
  let count = 0;
  let at = skipSpace(text, 0);
  if (text[at] !== OPEN_ARRAY) return undefined;
  at = skipSpace(text, at + 1);
  const columns = text[at] === OPEN_OBJECT ? columnsOf(text, at) : [];
  if (columns === undefined) return undefined;
  const last = columns.length - 1;
  while (text[at] === OPEN_OBJECT) {
    at = skipSpace(text, at + 1);
    for (let index = 0; index <= last; index += 1) {
      const column = columns[index] as ScannedColumn;
      if (!hasKey(column, text, view, at)) return undefined;
      at = skipSpace(text, at + column.key.length);
      if (text[at] !== COLON) return undefined;
      at = skipSpace(text, at + 1);
      if (text[at] === QUOTE) {
        const end = endOfText(text, at);
        if (end < 0) return undefined;
        column.kinds |= textKind(text, at, end);
        at = end;
      } else {
        at = endOfScalar(text, at);
        if (at < 0) return undefined;
        column.kinds |= kind;
      }
      at = skipSpace(text, at);
      if (text[at] !== (index === last ? CLOSE_OBJECT : COMMA)) return undefined;
      at = skipSpace(text, at + 1);
    }
    count += 1;
    if (text[at] !== COMMA) break;
    at = skipSpace(text, at + 1);
    if (text[at] !== OPEN_OBJECT) return undefined;
  }
  if (text[at] !== CLOSE_ARRAY || !isSpace(text.subarray(at + 1))) return undefined;
  return { count, columns: columns.map(({ name, kinds }) => ({ name, kinds })) };
}

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const NOUGHT = 0x30;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Digits that a double holds whatever they are, and 64 bits. */
const DOUBLE_DIGITS = 15;
const INTEGER_DIGITS = 18;
/** Characters of a number that is finite unless its exponent makes it infinite, and digits of an exponent that does not. */
const FINITE_LENGTH = 200;
const FINITE_EXPONENT = 2;

/** 1 for the bytes that stand for themselves in a string. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x20 && code !== QUOTE && code !== BACKSLASH ? 1 : 0,
);

/** Kind of the value that `endOfScalar` or `endOfText` passed last; of a text only whether it is odd. */
let kind = 0;

/** Says whether nothing but space is left; `skipSpace` would read beyond the end, which makes it slow from then on. */
function isSpace(text: Uint8Array): boolean {
  return text.every((code) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09);
}

function skipSpace(text: Uint8Array, start: number): number {
  let at = start;
  let code = text[at];
  while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text[++at];
  return at;
}

/**
 * The members of the record that begins at a place; undefined when it has none, one that is nested or there twice, or a
 * key with an escape in it.
 */
function columnsOf(text: Uint8Array, start: number): ScannedColumn[] | undefined {
  const columns: ScannedColumn[] = [];
  const names = new Set<string>();
  let at = start;
  do {
    const from = skipSpace(text, at + 1);
    if (text[from] !== QUOTE) return undefined;
    let end = from + 1;
    while (PLAIN[text[end] as number] === 1) end += 1;
    if (text[end] !== QUOTE) return undefined;
    const key = text.slice(from, end + 1);
    const name = new TextDecoder("utf-8", { ignoreBOM: true }).decode(key.subarray(1, -1));
    columns.push({ name, key, words: wordsOf(key), kinds: 0 });
    names.add(name);
    at = skipSpace(text, end + 1);
    if (text[at] !== COLON) return undefined;
    at = skipSpace(text, at + 1);
    at = text[at] === QUOTE ? endOfText(text, at) : endOfScalar(text, at);
    if (at < 0) return undefined;
    at = skipSpace(text, at);
  } while (text[at] === COMMA);
  return names.size === columns.length ? columns : undefined;
}

/** A key in words of four bytes, of which the last may overlap the one before; none for a shorter key. */
function wordsOf(key: Uint8Array): Uint32Array {
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  const count = key.length < 4 ? 0 : (key.length + 3) >> 2;
  return Uint32Array.from({ length: count }, (_, index) =>
    view.getUint32(Math.min(index * 4, key.length - 4), true),
  );
}

function hasKey({ key, words }: ScannedColumn, text: Uint8Array, view: DataView, start: number): boolean {
  const { length } = key;
  if (start + length > text.length) return false;
  const last = words.length - 1;
  if (last < 0) {
    for (let at = 0; at < length; at += 1) if (text[start + at] !== key[at]) return false;
    return true;
  }
  for (let index = 0; index < last; index += 1)
    if (view.getUint32(start + index * 4, true) !== words[index]) return false;
  return view.getUint32(start + length - 4, true) === words[last];
}

/** Where the text that begins at a place ends; -1 when it is none. */
function endOfText(text: Uint8Array, start: number): number {
  const unrolled = text.length - 4;
  let at = start + 1;
  kind = JSON_KIND.text;
  for (;;) {
    while (
      at < unrolled &&
      ((PLAIN[text[at] as number] as number) &
        (PLAIN[text[at + 1] as number] as number) &
        (PLAIN[text[at + 2] as number] as number) &
        (PLAIN[text[at + 3] as number] as number)) ===
        1
    )
      at += 4;
    while (PLAIN[text[at] as number] === 1) at += 1;
    if (text[at] === QUOTE) return at + 1;
    if (text[at] !== BACKSLASH) return -1;
    const escaped = escapeLength(text, at + 1);
    if (escaped === 0) return -1;
    at += 1 + escaped;
  }
}

/** Bytes of an escape behind its backslash; 0 when it is none. */
function escapeLength(text: Uint8Array, at: number): number {
  const code = text[at] ?? 0;
  if (code !== 0x75) return SHORT_ESCAPES.has(code) ? 1 : 0;
  const unit = hexUnit(text, at + 1);
  if (unit < 0) return 0;
  if (unit >= 0xd800 && unit <= 0xdfff) kind = JSON_KIND.odd;
  return 5;
}

const SHORT_ESCAPES = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));

/** The number that four hexadecimal digits make; -1 when one of them is none. */
function hexUnit(text: Uint8Array, start: number): number {
  let unit = 0;
  for (let at = start; at < start + 4; at += 1) {
    const code = text[at] ?? 0;
    const letter = (code | 0x20) - 0x61;
    if (isDigit(code)) unit = unit * 16 + code - NOUGHT;
    else if (letter >= 0 && letter < 6) unit = unit * 16 + letter + 10;
    else return -1;
  }
  return unit;
}

/** Kind of the text between two quotes, whose ends are given. */
function textKind(text: Uint8Array, start: number, end: number): number {
  const size = end - start - 2;
  // A look at one byte tells most texts from dates.
  if (text[start + 5] !== MINUS || size < 10 || size > 27 || kind === JSON_KIND.odd) return kind;
  return timeKind(text, start + 1, size);
}

function timeKind(text: Uint8Array, start: number, size: number): number {
  const year = twoDigits(text, start) * 100 + twoDigits(text, start + 2);
  const month = twoDigits(text, start + 5);
  const day = twoDigits(text, start + 8);
  const isDate = text[start + 7] === MINUS && month >= 1 && day >= 1 && day <= daysInMonth(year, month);
  if (!isDate || size === 10) return isDate ? JSON_KIND.date : JSON_KIND.text;
  const zoned = text[start + size - 1] === 0x5a;
  const length = zoned ? size - 1 : size;
  const isTime =
    text[start + 10] === 0x54 &&
    twoDigits(text, start + 11) < 24 &&
    text[start + 13] === COLON &&
    twoDigits(text, start + 14) < 60 &&
    text[start + 16] === COLON &&
    twoDigits(text, start + 17) < 60 &&
    (length === 19 || isFraction(text, start + 19, length - 19));
  if (!isTime) return JSON_KIND.text;
  return zoned ? JSON_KIND.zonedTimestamp : JSON_KIND.timestamp;
}

/** A point and three digits, or six of which the last three say something; not all of them nought. */
function isFraction(text: Uint8Array, start: number, size: number): boolean {
  if (text[start] !== POINT || (size !== 4 && size !== 7)) return false;
  for (let at = start + 1; at < start + size; at += 1) if (!isDigit(text[at])) return false;
  const isNought = (from: number) =>
    text[from] === NOUGHT && text[from + 1] === NOUGHT && text[from + 2] === NOUGHT;
  return !isNought(start + size - 3);
}

/** Value of two digits; NaN when one of them is none. */
function twoDigits(text: Uint8Array, at: number): number {
  if (!isDigit(text[at]) || !isDigit(text[at + 1])) return Number.NaN;
  return ((text[at] as number) - NOUGHT) * 10 + (text[at + 1] as number) - NOUGHT;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  if (month > 12) return 0;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Where a number, `true`, `false` or `null` ends; -1 when something else begins there. */
function endOfScalar(text: Uint8Array, start: number): number {
  switch (text[start]) {
    case 0x6e:
      kind = JSON_KIND.null;
      return endOfWord(text, start, NULL);
    case 0x74:
      kind = JSON_KIND.boolean;
      return endOfWord(text, start, TRUE);
    case 0x66:
      kind = JSON_KIND.boolean;
      return endOfWord(text, start, FALSE);
    default:
      return endOfNumber(text, start);
  }
}

const NULL = new TextEncoder().encode("null");
const TRUE = new TextEncoder().encode("true");
const FALSE = new TextEncoder().encode("false");

function endOfWord(text: Uint8Array, start: number, word: Uint8Array): number {
  for (let at = 1; at < word.length; at += 1) if (text[start + at] !== word[at]) return -1;
  return start + word.length;
}

function endOfNumber(text: Uint8Array, start: number): number {
  const first = text[start] === MINUS ? start + 1 : start;
  const at = text[first] === NOUGHT ? first + 1 : endOfDigits(text, first);
  if (at === first) return -1;
  const digits = at - first;
  const isWhole = text[at] !== POINT && ((text[at] ?? 0) | 0x20) !== 0x65;
  if (isWhole) {
    const isMinusNought = first !== start && text[first] === NOUGHT;
    if (digits > INTEGER_DIGITS || isMinusNought) kind = JSON_KIND.odd;
    else kind = digits > DOUBLE_DIGITS ? JSON_KIND.longInteger : JSON_KIND.integer;
    return at;
  }
  return endOfFraction(text, start, at);
}

/** The same for a number whose digits before its point or exponent end at `at`. */
function endOfFraction(text: Uint8Array, start: number, whole: number): number {
  let at = whole;
  if (text[at] === POINT) {
    const end = endOfDigits(text, at + 1);
    if (end === at + 1) return -1;
    at = end;
  }
  kind = at - start > FINITE_LENGTH ? JSON_KIND.odd : JSON_KIND.number;
  if (((text[at] ?? 0) | 0x20) === 0x65) {
    const sign = text[at + 1];
    const from = sign === MINUS || sign === PLUS ? at + 2 : at + 1;
    const end = endOfDigits(text, from);
    if (end === from) return -1;
    if (end - from > FINITE_EXPONENT) kind = JSON_KIND.odd;
    at = end;
  }
  return at;
}

function endOfDigits(text: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(text[at])) at += 1;
  return at;
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= NOUGHT && code <= 0x39;
}
