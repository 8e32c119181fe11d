/**
 * A tree without the keys whose value is null, so that `connection:` with nothing after it means the same as
 * no `connection` at all. What lies below the key names given is left as it is: it belongs to a plugin.
 */
export function withoutNulls(tree: unknown, leave: ReadonlySet<string> = new Set()): unknown {
  if (Array.isArray(tree)) return tree.map((item) => withoutNulls(item, leave));
  if (typeof tree !== "object" || tree === null) return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, leave.has(key) ? value : withoutNulls(value, leave)]),
  );
}
