/** What ends the key path of a value that is kept as JSON text, and not as the text that it is. */
const JSON_SUFFIX = ":json";

/** One value of a configuration, where it is kept for the time of its journey. */
export interface KeptValue {
  /** Key path such as `credentials.api_key`; a dot inside a key is written `\\.`. */
  readonly path: string;
  readonly value: string;
}

/** Writes a value and the keys that lead to it as they are kept. */
export function keptValue(keys: readonly string[], value: unknown): KeptValue {
  const path = keys.map((key) => key.replace(/[\\.:]/g, "\\$&")).join(".");
  return typeof value === "string"
    ? { path, value }
    : { path: path + JSON_SUFFIX, value: JSON.stringify(value) };
}

/** A copy of a configuration with a kept value in its place. */
export function withKeptValue<T>(config: T, { path, value }: KeptValue): T {
  const keys = [""];
  let isJson = false;
  for (const [part] of path.matchAll(/\\.|[.:]|[^\\.:]+/gs))
    if (part === ":") isJson = true;
    else if (part === ".") keys.push("");
    else if (!isJson) keys[keys.length - 1] += part.startsWith("\\") ? part.slice(1) : part;
  return placed(config, keys, isJson ? JSON.parse(value) : value) as T;
}

function placed(holder: unknown, keys: readonly string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(holder))
    return holder.map((item, at) => (String(at) === key ? placed(item, rest, value) : item));
  const members = (typeof holder === "object" && holder !== null ? holder : {}) as Record<string, unknown>;
  return { ...members, [key]: placed(Object.hasOwn(members, key) ? members[key] : undefined, rest, value) };
}
