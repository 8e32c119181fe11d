import type { Json, JsonObject } from "@dativo/protocol";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { CONFIG_PARTS, type ConfigParts } from "./config-parts.js";

/**
 * JSON Schema of what a plugin reads from its side of the job file, in the shape of the job file: `connection`,
 * `credentials` and `engine.options`. A schema library without JSON Schema support leaves its part open.
 */
export function configSchemaOf(parts: ConfigParts | undefined): JsonObject {
  const properties: Record<string, Json> = {};
  for (const part of CONFIG_PARTS) {
    const schema = parts?.[part];
    if (schema === undefined) continue;
    const described = jsonSchemaOf(schema) ?? { type: "object" };
    if (part === "options") properties.engine = { type: "object", properties: { options: described } };
    else properties[part] = described;
  }
  return { type: "object", properties };
}

/** JSON Schema of what a Standard Schema takes, or undefined where its library cannot tell. */
export function jsonSchemaOf(schema: StandardSchemaV1): JsonObject | undefined {
  const standard = schema["~standard"] as Partial<StandardJSONSchemaV1.Props>;
  if (standard.jsonSchema === undefined) return undefined;
  try {
    const { $schema: _, ...rest } = standard.jsonSchema.input({
      target: "draft-2020-12",
      ...(standard.vendor === "zod" ? { libraryOptions: { unrepresentable: "any" } } : {}),
    });
    return JSON.parse(JSON.stringify(rest)) as JsonObject;
  } catch {
    return undefined; // conversion may be unsupported; the schema still validates
  }
}

/** Key paths, such as `credentials.api_key`, that a JSON Schema marks as secret. */
export function secretPaths(schema: Json | undefined, path = ""): string[] {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return [];
  const node = schema as JsonObject;
  if (node["x-dativo-secret"] === true) return [path];
  const branches = ["anyOf", "oneOf", "allOf"].flatMap((key) =>
    Array.isArray(node[key]) ? (node[key] as Json[]) : [],
  );
  const members =
    typeof node.properties === "object" && node.properties !== null ? Object.entries(node.properties) : [];
  return [
    ...branches.flatMap((branch) => secretPaths(branch, path)),
    ...members.flatMap(([key, member]) => secretPaths(member as Json, path === "" ? key : `${path}.${key}`)),
  ];
}
