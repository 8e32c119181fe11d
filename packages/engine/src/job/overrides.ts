import type { Json } from "@dativo/protocol";
import { configError, configIssue } from "./config-error.js";
import type { KeyPath } from "./key-path.js";
import type { Places } from "./places.js";

/**
 * Puts values over those of a job file, by dotted key path such as `target.mode` or `source.files.0.path`.
 *
 * @throws DativoError `USAGE` when a path leads through something that holds no keys
 */
export function applyOverrides(
  tree: unknown,
  overrides: Readonly<Record<string, Json>>,
  places: Places,
): unknown {
  let result = tree;
  for (const [text, value] of Object.entries(overrides)) {
    const path = text.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    if (path.some((part) => part === "" || part === "__proto__")) throw unusable(text, "is not a key path");
    result = put(result, path, value, text);
    places.set(path, { value: { file: `override ${text}` } });
  }
  return result;
}

function put(tree: unknown, [part, ...rest]: KeyPath, value: Json, text: string): unknown {
  if (part === undefined) return value;
  if (Array.isArray(tree)) {
    if (typeof part !== "number" || part > tree.length)
      throw unusable(text, `leads to a list of ${tree.length}, which has no item ${part}`);
    return [...tree.slice(0, part), put(tree[part], rest, value, text), ...tree.slice(part + 1)];
  }
  if (typeof tree !== "object" && tree !== undefined)
    throw unusable(text, `leads through ${part}, above which stands a single value`);
  const mapping = (tree ?? {}) as Record<string, unknown>;
  return { ...mapping, [part]: put(mapping[part], rest, value, text) };
}

function unusable(text: string, why: string) {
  return configError([
    configIssue({
      code: "USAGE",
      file: `override ${text}`,
      problem: `The key path ${text} ${why}.`,
      hint: "Write keys with dots between them, such as source.connection.base_url.",
    }),
  ]);
}
