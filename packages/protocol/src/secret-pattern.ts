/** Shortest secret, in bytes, that is searched for inside base64 of a longer text. */
const SHORTEST_EMBEDDED = 8;

/**
 * The source of a regular expression that finds a secret in its plain, JSON-escaped and URL-encoded forms (each
 * character by itself, so mixtures too), and in base64 and base64url.
 */
export function secretPattern(secret: string): string {
  return [textPattern(secret), ...base64Patterns(new TextEncoder().encode(secret))].join("|");
}

function textPattern(secret: string): string {
  let pattern = "";
  // A run of backslashes becomes one term: several open-ended ones in a row would backtrack badly.
  for (const [piece] of secret.matchAll(/\\+|[\s\S]/gu))
    pattern += piece.startsWith("\\") ? backslashes(piece.length) : characterPattern(piece);
  return pattern;
}

function backslashes(count: number): string {
  return `(?:\\\\{${count},}|(?:%5[cC]){${count}})`;
}

const JSON_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\n", "\\\\+n"],
  ["\r", "\\\\+r"],
  ["\t", "\\\\+t"],
  ["\b", "\\\\+b"],
  ["\f", "\\\\+f"],
  ['"', '\\\\+"'],
  ["/", "\\\\+/"],
]);

function characterPattern(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const forms = [
    literal(character),
    unicodeEscape(character),
    percentEncoded(new TextEncoder().encode(character)),
  ];
  const escaped = JSON_ESCAPES.get(character);
  if (escaped !== undefined) forms.push(escaped);
  if (character === " ") forms.push("\\+");
  return `(?:${forms.join("|")})`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function unicodeEscape(character: string): string {
  let pattern = "";
  for (let index = 0; index < character.length; index += 1)
    pattern += `\\\\+u${anyCase(character.charCodeAt(index).toString(16).padStart(4, "0"))}`;
  return pattern;
}

function percentEncoded(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `%${anyCase(byte.toString(16).padStart(2, "0"))}`).join("");
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/** Base64 spreads three bytes over four characters, so inside a longer text there are three ways to begin. */
function base64Patterns(bytes: Uint8Array): string[] {
  if (bytes.length < SHORTEST_EMBEDDED)
    return [base64Literal(Buffer.from(bytes).toString("base64").replace(/=+$/, ""))];
  return [0, 1, 2].map((offset) => {
    const shifted = Buffer.alloc(offset + bytes.length);
    shifted.set(bytes, offset);
    const text = shifted.toString("base64").replace(/=+$/, "");
    // Characters that hold bits of the secret alone; those at the edges also hold bits of their neighbours.
    const whole = text.slice(Math.ceil((offset * 8) / 6), Math.floor((shifted.length * 8) / 6));
    const last =
      (shifted.length * 8) % 6 === 0 ? "" : `(?:${base64Literal(text.slice(-1))}(?:=|%3[dD]){0,2})?`;
    return base64Literal(whole) + last;
  });
}

function base64Literal(text: string): string {
  return text.replace(/[+/]/g, (sign) => (sign === "+" ? "(?:[+-]|%2[bB])" : "(?:[/_]|%2[fF])"));
}
