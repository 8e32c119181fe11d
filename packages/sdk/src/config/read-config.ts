import { DativoError, type JsonObject, nearestName, Redactor } from "@dativo/protocol";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { zodShapeKeys } from "../schema/zod-introspection.js";
import { CONFIG_PARTS, type ConfigOf, type ConfigParts, type JobSide, partPath } from "./config-parts.js";
import { isSecret } from "./secret.js";

/** One thing that is wrong with a configuration. */
export interface ConfigIssue {
  /** Key path in the job file, such as `source.connection.base_url`. */
  readonly path: string;
  readonly expected: string;
  /** What was there; of a secret only its type. */
  readonly got: string;
}

/** The parts of a job's source or target that a plugin may read. */
export interface RawConfig {
  readonly connection: JsonObject;
  readonly credentials: JsonObject;
  readonly engine: JsonObject;
}

/**
 * Checks a job's configuration against a plugin's schemas, and hands every secret in it to the redactor.
 *
 * @throws DativoError `CONFIGURATION_ERROR` listing each issue with its key path, what was expected and what was there
 */
export async function readConfig<Parts extends ConfigParts>(
  plugin: { readonly name: string; readonly side: JobSide; readonly parts: Parts | undefined },
  raw: RawConfig,
  redactor: Redactor,
): Promise<ConfigOf<Parts>> {
  const { side, parts } = plugin;
  const config: Record<string, unknown> = {};
  const issues: ConfigIssue[] = [];
  for (const part of CONFIG_PARTS) {
    const schema = parts?.[part];
    if (schema === undefined) continue;
    const value = part === "options" ? (raw.engine.options ?? {}) : raw[part];
    issues.push(...unknownKeys(schema, value, part, side));
    const result = await schema["~standard"].validate(value);
    if (result.issues === undefined) config[part] = result.value;
    else issues.push(...result.issues.map((issue) => describeIssue(issue, value, part, side)));
  }
  registerSecrets(config, redactor);
  if (issues.length > 0) throw configurationError(plugin, issues, redactor);
  return config as ConfigOf<Parts>;
}

function configurationError(
  plugin: { name: string; side: JobSide },
  found: readonly ConfigIssue[],
  redactor: Redactor,
) {
  const issues = redactor.value(found);
  const lines = issues.map(({ path, expected, got }) => `  ${path}: expected ${expected}, got ${got}`);
  const kind = plugin.side === "source" ? "reader" : "writer";
  return new DativoError({
    code: "CONFIGURATION_ERROR",
    message: `The ${kind} ${plugin.name} cannot work with this configuration:\n${lines.join("\n")}`,
    hint: `Correct ${issues.length === 1 ? "this key" : "these keys"} in the job file.`,
    details: { issues },
  });
}

function describeIssue(
  issue: StandardSchemaV1.Issue,
  value: unknown,
  part: keyof ConfigParts,
  side: JobSide,
): ConfigIssue {
  const keys = (issue.path ?? []).map((segment) => (typeof segment === "object" ? segment.key : segment));
  const at = keys.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
  const path = keys.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
    partPath(side, part),
  );
  // A schema library may quote the value in its message, so the value of a credential is removed from it.
  const local = new Redactor();
  if (part === "credentials") local.add(at);
  return {
    path,
    expected: local.text(expectation(issue.message)),
    got: describeGot(at, part !== "credentials"),
  };
}

function expectation(message: string): string {
  const plain = message
    .replace(/^Invalid (input|option|value): /, "")
    .replace(/^expected /, "")
    .replace(/, received .*$/, "")
    .replace(/\.$/, "");
  const format = /^Invalid (.+)$/.exec(plain);
  return format ? `a valid ${format[1]}` : plain;
}

function describeGot(value: unknown, show: boolean): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a mapping";
  if (!show) return typeof value === "string" ? "text" : `a ${typeof value}`;
  const text = JSON.stringify(typeof value === "string" ? withoutPassword(value) : value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function withoutPassword(text: string): string {
  return text.replace(/:\/\/[^/@\s]*@/, "://[redacted]@");
}

/** Keys that the schema would drop in silence; `options` is shared with the engine, so only near misses count there. */
function unknownKeys(
  schema: StandardSchemaV1,
  value: unknown,
  part: keyof ConfigParts,
  side: JobSide,
): ConfigIssue[] {
  const known = zodShapeKeys(schema);
  if (known === undefined || typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const given = Object.keys(value);
  return given
    .filter((key) => !known.includes(key))
    .flatMap((key) => {
      const nearest = nearestName(
        key,
        known.filter((name) => !given.includes(name)),
      );
      if (nearest === undefined && part === "options") return [];
      const suggestion =
        nearest === undefined ? `one of ${known.join(", ") || "no keys"}` : `${nearest} instead`;
      return [{ path: `${partPath(side, part)}.${key}`, expected: suggestion, got: "an unknown key" }];
    });
}

function registerSecrets(value: unknown, redactor: Redactor, above = new Set<object>()): void {
  if (typeof value !== "object" || value === null || above.has(value)) return;
  if (isSecret(value)) {
    redactor.add(value.reveal());
    return;
  }
  above.add(value);
  for (const inner of Object.values(value)) registerSecrets(inner, redactor, above);
}
