import { z } from "zod";
import { assetSchema } from "./asset-schema.js";
import { jobSchema } from "./job-schema.js";

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A value that a reference such as `${PORT}` may stand for until the job is read. */
const REFERENCE = { type: "string", pattern: "^\\$\\{[^}]+\\}$" };

const JOB_EXAMPLES = [
  {
    source: {
      custom_reader: "plugins/usgs.ts:default",
      connection: { base_url: "${USGS_URL:-http://localhost:4010}" },
      credentials: { api_key: "${USGS_KEY}" },
      objects: ["quakes"],
    },
    target: { type: "parquet", connection: { path: "./data" } },
    schema_validation_mode: "warn",
  },
  {
    source: { type: "csv", files: [{ path: "in/*.csv", object: "people" }] },
    target: { type: "duckdb", connection: { path: "warehouse.duckdb" }, mode: "merge", key: "id" },
  },
];

const ASSET_EXAMPLES = [
  {
    name: "people",
    version: "1.0",
    source_type: "csv",
    object: "people",
    schema: [
      { name: "id", type: "integer", required: true, primary_key: true },
      { name: "name", type: "string", classification: "PII" },
      { name: "balance", type: "decimal(12,2)" },
    ],
    team: { owner: "data@example.com" },
  },
];

/**
 * JSON Schema of a job file, for editors: `# yaml-language-server: $schema=…`.
 *
 * @example
 * writeFileSync(".dativo/job.schema.json", JSON.stringify(jobJsonSchema(), null, 2))
 */
export function jobJsonSchema(): JsonSchema {
  const { required: _required, ...schema } = toJsonSchema(jobSchema, true);
  return {
    ...schema,
    // A recipe may stand in for either side.
    allOf: [
      { anyOf: [{ required: ["source"] }, { required: ["source_connector_path"] }] },
      { anyOf: [{ required: ["target"] }, { required: ["target_connector_path"] }] },
    ],
    examples: JOB_EXAMPLES,
  };
}

/** JSON Schema of an asset definition, flat or nested under `asset:`. */
export function assetJsonSchema(): JsonSchema {
  const { $schema, title, description, ...flat } = toJsonSchema(assetSchema, false);
  return {
    $schema,
    title,
    description,
    $defs: { asset: flat },
    if: { required: ["asset"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      type: "object",
      properties: {
        asset: { $ref: "#/$defs/asset", description: "The definition, in the older nested form." },
      },
      required: ["asset"],
    },
    else: { $ref: "#/$defs/asset" },
    examples: ASSET_EXAMPLES,
  };
}

function toJsonSchema(schema: z.ZodType, references: boolean): Record<string, unknown> {
  return z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (references && isNarrow(jsonSchema)) allowReference(jsonSchema);
    },
  }) as Record<string, unknown>;
}

/** Whether a reference would not fit the type before it is filled in. */
function isNarrow(schema: Record<string, unknown>): boolean {
  if (schema.type === "string") return schema.enum !== undefined || schema.pattern !== undefined;
  return schema.type === "number" || schema.type === "integer" || schema.type === "boolean";
}

/** Lets a value also be a reference; its bounds then belong to the value alone. */
function allowReference(schema: Record<string, unknown>): void {
  const { description, ...typed } = schema;
  for (const key of Object.keys(schema)) delete schema[key];
  if (description !== undefined) schema.description = description;
  schema.anyOf = [typed, REFERENCE];
}
