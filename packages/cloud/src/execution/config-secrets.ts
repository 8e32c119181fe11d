import type { Json, PluginSpec, Redactor } from "@dativo/protocol";
import { keptValue } from "../function/config-path.js";

/** A configuration that may travel, and the values that may not. */
export interface SplitConfig<T> {
  readonly config: T;
  /** By key path. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Takes the secrets out of a configuration: everything under `credentials`, what the plugin says is secret, and every
 * text that holds a secret the job knows of.
 */
export function splitSecrets<T extends object>(
  config: T,
  spec: PluginSpec,
  redactor: Redactor,
): SplitConfig<T> {
  const secrets: Record<string, string> = {};
  const named = new Set(spec.secrets ?? []);
  const walk = (value: Json, keys: readonly string[], isSecret: boolean): Json | undefined => {
    if (Array.isArray(value))
      return value.map((item, at) => walk(item, [...keys, String(at)], isSecret) ?? null);
    if (typeof value === "object" && value !== null) {
      const members = Object.entries(value).flatMap(([key, member]) => {
        const path = [...keys, key];
        const kept = walk(member, path, isSecret || named.has(path.join(".")));
        return kept === undefined ? [] : [[key, kept] as const];
      });
      return Object.fromEntries(members);
    }
    const holdsSecret = typeof value === "string" && redactor.text(value) !== value;
    if (value === null || (!isSecret && !holdsSecret)) return value;
    const kept = keptValue(keys, value);
    secrets[kept.path] = kept.value;
    return undefined;
  };
  const entries = Object.entries(config).flatMap(([key, member]) => {
    const kept = walk(member as Json, [key], key === "credentials" || named.has(key));
    return kept === undefined ? [] : [[key, kept] as const];
  });
  return { config: Object.fromEntries(entries) as T, secrets };
}
