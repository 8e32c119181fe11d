import { formatKeyPath } from "./key-path.js";
import { NOT_ACTED_ON_KEYS, NOT_ACTED_ON_PATHS } from "./not-acted-on.js";
import type { Places } from "./places.js";
import type { JobWarning } from "./resolved-job.js";

/** Warnings for the keys of a job file that this engine accepts and does not act on. */
export function notActedOn(tree: Readonly<Record<string, unknown>>, places: Places): JobWarning[] {
  const warnings: JobWarning[] = [];
  const add = (path: readonly string[], message: string) => {
    // What a recipe says for every job is not news to this one.
    const place = places.keyAt(path);
    if (place.file === places.top.file)
      warnings.push({ kind: "not_acted_on", key: formatKeyPath(path), ...place, message });
  };
  for (const [key, what] of Object.entries(NOT_ACTED_ON_KEYS))
    if (isSet(tree[key])) add([key], `${what} is accepted for the existing platform and not acted on.`);
  for (const { path, instead } of NOT_ACTED_ON_PATHS)
    if (isSet(valueAt(tree, path)))
      add(path, `${formatKeyPath(path)} is accepted for the existing platform and not acted on: ${instead}.`);
  if (valueAt(tree, ["logging", "redaction"]) === false)
    add(["logging", "redaction"], "logging.redaction: false is not acted on: secrets are always hidden.");
  return warnings;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined,
    tree,
  );
}
