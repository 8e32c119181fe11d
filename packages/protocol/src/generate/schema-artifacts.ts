import { z } from "zod";
import {
  fieldTypeSchema,
  objectSpecSchema,
  pluginSpecSchema,
  serializedErrorSchema,
  tableSchemaSchema,
} from "../contract-schemas.js";
import { ERROR_CATALOGUE } from "../error-catalogue.js";
import { FRAME, FRAME_HEADER_SCHEMAS, FRAME_PROTOCOL_VERSION, MAX_FRAME_BYTES } from "../frame.js";
import {
  commitResultSchema,
  connectionTestResultSchema,
  discoveryResultSchema,
  fileMetadataSchema,
  writeResultSchema,
} from "../results.js";
import { CONTRACT_VERSION, OLDEST_CONTRACT_VERSION } from "../version.js";
import type { Artifact } from "./artifact.js";

/** Every shape that has a JSON Schema of its own, by the name of its file. */
export const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  "commit-result": commitResultSchema,
  "connection-test-result": connectionTestResultSchema,
  "discovery-result": discoveryResultSchema,
  "field-type": fieldTypeSchema,
  "file-metadata": fileMetadataSchema,
  "object-spec": objectSpecSchema,
  "plugin-spec": pluginSpecSchema,
  "serialized-error": serializedErrorSchema,
  "table-schema": tableSchemaSchema,
  "write-result": writeResultSchema,
  ...Object.fromEntries(
    Object.entries(FRAME_HEADER_SCHEMAS).map(([name, schema]) => [`${name}-header`, schema]),
  ),
};

/** The JSON Schemas, the error catalogue and the numbers of the frame protocol. */
export function schemaArtifacts(): Artifact[] {
  return [
    ...Object.entries(SCHEMAS).map(([name, schema]) =>
      json(`schemas/${name}.schema.json`, jsonSchemaOf(schema)),
    ),
    json("schemas/errors.json", ERROR_CATALOGUE),
    json("schemas/frames.json", {
      frame_protocol_version: FRAME_PROTOCOL_VERSION,
      contract_version: CONTRACT_VERSION,
      oldest_contract_version: OLDEST_CONTRACT_VERSION,
      max_frame_bytes: MAX_FRAME_BYTES,
      types: FRAME,
    }),
  ];
}

function jsonSchemaOf(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, {
    // What is accepted, which leaves room for members that later versions add.
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly;
    },
  });
}

function json(path: string, value: unknown): Artifact {
  return { path, content: new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`) };
}
