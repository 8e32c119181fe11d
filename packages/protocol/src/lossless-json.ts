/**
 * Parses JSON like `JSON.parse`, except that integers beyond ±(2^53 − 1) become bigints instead of losing digits.
 *
 * Only whole numbers written with digits alone count as integers: `1e20` and numbers with a fraction stay numbers,
 * with the precision of a double. Text is parsed a second time only when it has a number that large.
 *
 * @throws SyntaxError as `JSON.parse` does
 * @example
 * parseLosslessJson('{"id": 9007199254740993}') // { id: 9007199254740993n }
 */
export function parseLosslessJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!hasUnsafeInteger(value)) return value;
  const marker = `${crypto.randomUUID()}:`;
  const marked = { value: JSON.parse(markIntegers(text, marker)) as unknown };
  unmark(marked, marker);
  return marked.value;
}

/** Says whether a number is so large that the digits it was written with may be lost. */
function hasUnsafeInteger(value: unknown): boolean {
  const open: object[] = [[value]];
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    const members: unknown[] = Array.isArray(container) ? container : Object.values(container);
    for (const member of members) {
      if (typeof member === "number") {
        if (member > Number.MAX_SAFE_INTEGER || member < Number.MIN_SAFE_INTEGER) return true;
      } else if (typeof member === "object" && member !== null) open.push(member);
    }
  }
  return false;
}

/** Turns each integer of valid JSON that is beyond the safe range into a string of marker and digits. */
function markIntegers(text: string, marker: string): string {
  const parts: string[] = [];
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code !== MINUS && !isDigit(code)) at += 1;
    else {
      const end = endOfNumber(text, at + 1);
      const number = text.slice(at, end);
      if (end - at >= 16 && /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number))) {
        parts.push(text.slice(copied, at), '"', marker, number, '"');
        copied = end;
      }
      at = end;
    }
  }
  parts.push(text.slice(copied));
  return parts.join("");
}

const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function endOfNumber(text: string, at: number): number {
  let end = at;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    const isExponent = (code | 32) === 101;
    if (!isDigit(code) && code !== POINT && !isExponent && code !== PLUS && code !== MINUS) break;
  }
  return end;
}

/** Where the string that `at` is inside of ends; not a regular expression, whose stack a long string overflows. */
function endOfString(text: string, at: number): number {
  for (let quote = text.indexOf('"', at); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function unmark(value: object, marker: string): void {
  const open: object[] = [value];
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    const members = container as Record<string, unknown>;
    for (const key in members) {
      const member = members[key];
      // Assignment reaches only own members here, so a member named __proto__ stays a member.
      if (typeof member === "string" && member.startsWith(marker))
        members[key] = BigInt(member.slice(marker.length));
      else if (typeof member === "object" && member !== null) open.push(member);
    }
  }
}

/**
 * Writes JSON like `JSON.stringify`, except that a bigint is written as its digits instead of being refused.
 *
 * @example
 * stringifyLosslessJson({ id: 9007199254740993n }) // '{"id":9007199254740993}'
 */
export function stringifyLosslessJson(value: unknown): string {
  const marker = `${crypto.randomUUID()}:`;
  let hasBigints = false;
  const text = JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== "bigint") return member;
    hasBigints = true;
    return `${marker}${member}`;
  });
  return hasBigints ? text.replace(new RegExp(`"${marker}(-?\\d+)"`, "g"), "$1") : text;
}
