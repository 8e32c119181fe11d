/** Most keys of an object that are named. */
const MAX_KEYS = 8;

/** Says in a few words what a value is, without showing texts and numbers that may be secret. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null || typeof value === "boolean") return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Promise) return "a promise that was not awaited";
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== "Object") return `a ${kind}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return "an empty object";
  const named = keys.slice(0, MAX_KEYS).join(", ");
  return `an object with ${named}${keys.length > MAX_KEYS ? ` and ${keys.length - MAX_KEYS} more keys` : ""}`;
}
