type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

/**
 * Merges JSON documents key by key, so that neighbouring lines changed by both sides are no conflict.
 *
 * @returns the merged text in the order of `yours`, or undefined when both changed the same value differently or a text
 *   is no JSON document
 */
export function mergeJson(yours: string, base: string, template: string): string | undefined {
  try {
    const merged = merge(JSON.parse(yours), JSON.parse(base), JSON.parse(template));
    return `${JSON.stringify(merged, undefined, 2)}\n`;
  } catch {
    return undefined;
  }
}

function merge(
  yours: Value | undefined,
  base: Value | undefined,
  template: Value | undefined,
): Value | undefined {
  if (same(yours, template) || same(base, template)) return yours;
  if (same(yours, base)) return template;
  if (!isMapping(yours) || !isMapping(template)) throw new Error("both changed the same value");
  const old = isMapping(base) ? base : {};
  const merged: { [key: string]: Value } = {};
  for (const key of new Set([...Object.keys(yours), ...Object.keys(template)])) {
    const value = merge(yours[key], old[key], template[key]);
    if (value !== undefined) merged[key] = value;
  }
  return merged;
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function isMapping(value: Value | undefined): value is { [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
