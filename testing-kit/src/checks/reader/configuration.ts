import { CONTRACT_VERSION, type Json, type JsonObject, type SourceConfig } from "@dativo/protocol";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";

export const declaresItself = readerCheck({
  id: "R0.version",
  clause: "7",
  group: "configuration",
  tier: "offline",
  live: true,
  title: "The reader names itself, its version and the contract version it was built for",
  why: "A host refuses what it does not know how to drive; a report without a version cannot be traced.",
  how: "Looks at what the plugin says of itself.",
  async run(lab) {
    const { spec } = await lab.about();
    if (spec.kind !== "reader") fail(`source.custom_reader names a ${spec.kind}.`);
    if (spec.name.trim() === "") fail("The plugin has no name.");
    if (spec.api !== CONTRACT_VERSION && spec.api !== CONTRACT_VERSION - 1)
      fail(
        `The plugin was built for contract version ${spec.api}; this kit tests version ${CONTRACT_VERSION}.`,
      );
    if (!/^\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(spec.version))
      fail(`The plugin's version is ${JSON.stringify(spec.version)}, which is not of the form 1.2.3.`);
  },
});

/** One required key of a JSON Schema, as the way to it. */
export function requiredKeys(schema: Json | undefined, path: readonly string[] = []): string[][] {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return [];
  const node = schema as JsonObject;
  const properties = (node.properties ?? {}) as JsonObject;
  const required = Array.isArray(node.required) ? node.required.map(String) : [];
  return [
    ...required.map((key) => [...path, key]),
    ...Object.entries(properties).flatMap(([key, member]) => requiredKeys(member as Json, [...path, key])),
  ];
}

function without(value: Json | undefined, path: readonly string[]): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined || typeof value !== "object" || value === null) return value;
  const { [first]: member, ...others } = value as JsonObject;
  return rest.length === 0 ? others : { ...others, [first]: without(member as Json, rest) ?? {} };
}

/** Codes by which a plugin says that it cannot work with its configuration. */
const CONFIGURATION_CODES = ["CONFIGURATION_ERROR", "CONFIG_INVALID", "VALIDATION_FAILED"];

export const requiredConfiguration = readerCheck({
  id: "R0.required",
  clause: "1",
  group: "configuration",
  tier: "offline",
  title: "A required key that is missing is a configuration error, before any request",
  why: "A missing key that becomes undefined in a URL fails hours later, as something else.",
  how: "Leaves out each key that the configuration schema requires, one at a time.",
  async run(lab) {
    const { spec } = await lab.about();
    const given = lab.subject.source as unknown as JsonObject;
    const paths = requiredKeys(spec.configSchema).filter((path) => hasValue(given, path));
    if (spec.configSchema === undefined) notApplicable("The plugin declares no configuration schema.");
    if (paths.length === 0) notApplicable("Its configuration schema requires nothing that the job sets.");
    for (const path of paths)
      await lab.session(
        { source: (source) => without(source as unknown as Json, path) as unknown as SourceConfig },
        async (session) => {
          const reading = await session.read({ timeoutSeconds: 20 });
          const what = `The job lacked ${path.join(".")}, which the configuration schema requires.`;
          if (reading.error === undefined) fail(`${what}\nThe read ended as if nothing were missing.`);
          if (session.exchanges.length > 0)
            fail(
              `${what}\nThe plugin sent ${session.exchanges.length} requests before it failed with ${reading.error.code}.`,
            );
          if (!CONFIGURATION_CODES.includes(reading.error.code))
            fail(`${what}\nIt failed, but not as a wrong configuration.`, {
              difference: `expected  CONFIGURATION_ERROR\ngot       ${reading.error.code}\n          ${reading.error.message}`,
            });
          const key = path.at(-1) as string;
          if (!reading.error.message.includes(key))
            fail(`${what}\nThe error does not name the key: ${reading.error.message}`);
        },
      );
  },
});

function hasValue(value: Json | undefined, path: readonly string[]): boolean {
  let at: Json | undefined = value;
  for (const key of path) {
    if (typeof at !== "object" || at === null) return false;
    at = (at as JsonObject)[key];
  }
  return at !== undefined;
}

const SECRET_NAME = /pass(word|phrase)|secret|token|api_?key|private_?key|access_?key/i;

export const secretsAreFlagged = readerCheck({
  id: "R0.secrets",
  clause: "1",
  group: "configuration",
  tier: "offline",
  live: true,
  title: "Keys that hold secrets are under credentials, or marked as secret",
  why: "What is not known to be a secret is not hidden in logs and reports.",
  how: "Looks for keys of the configuration schema that are named like secrets and are not declared as such.",
  async run(lab) {
    const { spec } = await lab.about();
    if (spec.configSchema === undefined) notApplicable("The plugin declares no configuration schema.");
    const declared = new Set(spec.secrets ?? []);
    const suspects = allKeys(spec.configSchema)
      .map((path) => path.join("."))
      .filter((path) => !path.startsWith("credentials.") && SECRET_NAME.test(path) && !declared.has(path));
    if (suspects.length > 0)
      fail(`${suspects.join(", ")} is named like a secret and is not declared as one.`, {
        advice: "Move it under credentials, or declare it with secret().",
      });
  },
});

function allKeys(schema: Json | undefined, path: readonly string[] = []): string[][] {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return [];
  const properties = ((schema as JsonObject).properties ?? {}) as JsonObject;
  return Object.entries(properties).flatMap(([key, member]) => [
    [...path, key],
    ...allKeys(member as Json, [...path, key]),
  ]);
}
