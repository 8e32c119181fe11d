/** Nesting beyond which a value is taken to contain itself. */
const MAX_DEPTH = 500;

/** A value that has no JSON form: where it stands and what it is. */
export class NotJson {
  constructor(
    readonly path: readonly (string | number)[],
    readonly value: unknown,
  ) {}
}

/**
 * Writes a value as JSON text without losing anything, or says what has no JSON form.
 *
 * Bigints become digits, dates ISO text and bytes Base64 text. `NaN`, infinities, functions, symbols, maps, sets
 * and values that contain themselves have no JSON form.
 *
 * @param onBytes called for every byte string.
 */
export function jsonText(value: unknown, onBytes: () => void = () => undefined): string | NotJson {
  const found = inspect(value, 0);
  if (found === PLAIN) return JSON.stringify(value);
  if (found === SPECIAL) return write(value, onBytes);
  return found;
}

const PLAIN = 0;
const SPECIAL = 1;

/** Says whether `JSON.stringify` writes a value exactly, or only `write` does. */
function inspect(value: unknown, depth: number): typeof PLAIN | typeof SPECIAL | NotJson {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return PLAIN;
    case "number":
      return Number.isFinite(value) ? PLAIN : new NotJson([], value);
    case "bigint":
      return SPECIAL;
    case "object":
      return value === null ? PLAIN : inspectObject(value, depth);
    default:
      return new NotJson([], value);
  }
}

function inspectObject(value: object, depth: number): typeof PLAIN | typeof SPECIAL | NotJson {
  if (depth > MAX_DEPTH || hasNoJson(value)) return new NotJson([], value);
  if (isBytes(value)) return SPECIAL;
  let result: typeof PLAIN | typeof SPECIAL = PLAIN;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const found =
        value[index] === undefined ? new NotJson([], undefined) : inspect(value[index], depth + 1);
      if (found instanceof NotJson) return new NotJson([index, ...found.path], found.value);
      if (found === SPECIAL) result = SPECIAL;
    }
    return result;
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") return SPECIAL;
  for (const name of Object.keys(value)) {
    const found = inspect((value as Record<string, unknown>)[name], depth + 1);
    if (found instanceof NotJson) return new NotJson([name, ...found.path], found.value);
    if (found === SPECIAL) result = SPECIAL;
  }
  return result;
}

function hasNoJson(value: object): boolean {
  return (
    value instanceof Map || value instanceof Set || (value instanceof Date && Number.isNaN(value.getTime()))
  );
}

function isBytes(value: object): value is Uint8Array | ArrayBuffer {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

function write(value: unknown, onBytes: () => void): string | NotJson {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isBytes(value)) {
    onBytes();
    return JSON.stringify(Buffer.from(value as Uint8Array).toString("base64"));
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return jsonText(toJSON.call(value, ""), onBytes);
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) {
      const text = write(item, onBytes);
      if (text instanceof NotJson) return text;
      parts.push(text);
    }
    return `[${parts.join(",")}]`;
  }
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const text = write(member, onBytes);
    if (text instanceof NotJson) return text;
    parts.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${parts.join(",")}}`;
}
