import { z } from "zod";
import type { SerializedError } from "./error.js";
import type { Field, FieldType, TableSchema } from "./field-type.js";
import { MAX_DECIMAL_PRECISION } from "./field-type.js";
import type { Json, JsonObject } from "./json.js";
import { LOG_LEVELS } from "./log.js";
import type { ObjectSpec, PluginSpec, ReaderPartition } from "./plugin.js";

/** Any JSON value; only used on what `JSON.parse` returned, so only its absence is left to check. */
export const jsonSchema = z
  .custom<Json>((value) => value !== undefined, "expected a JSON value")
  .meta({ id: "Json", description: "Any JSON value." });

/** A field type as an object; see `FieldType`. */
export const fieldTypeSchema: z.ZodType<FieldType> = z
  .lazy(() =>
    z.discriminatedUnion("kind", [
      z.object({ kind: z.enum(["string", "integer", "number", "boolean", "date", "binary", "json"]) }),
      z
        .object({
          kind: z.literal("decimal"),
          precision: z.int().min(1).max(MAX_DECIMAL_PRECISION),
          scale: z.int().min(0).max(MAX_DECIMAL_PRECISION),
        })
        .refine((type) => type.scale <= type.precision, "scale is larger than precision"),
      z.object({ kind: z.literal("timestamp"), zone: z.boolean() }),
      z.object({ kind: z.literal("list"), item: fieldTypeSchema }),
      z.object({ kind: z.literal("struct"), fields: z.array(fieldSchema) }),
    ]),
  )
  .meta({ id: "FieldType" });

/** One column of a table, or one member of a struct; see `Field`. */
export const fieldSchema: z.ZodType<Field> = z
  .object({
    name: z.string(),
    type: fieldTypeSchema,
    required: z.boolean().exactOptional().describe("A required field is never null and never missing."),
    description: z.string().exactOptional(),
    classification: z.string().exactOptional().describe("Data classification, such as PII."),
  })
  .meta({ id: "Field" });

/** The columns of one object; see `TableSchema`. */
export const tableSchemaSchema: z.ZodType<TableSchema> = z
  .object({
    fields: z.array(fieldSchema),
    key: z.array(z.string()).exactOptional().describe("Names of the fields that identify a record."),
  })
  .meta({ id: "TableSchema" });

/** What a reader says of one object; see `ObjectSpec`. */
export const objectSpecSchema: z.ZodType<ObjectSpec> = z
  .object({
    name: z.string(),
    description: z.string().exactOptional(),
    schema: tableSchemaSchema.exactOptional(),
    cursor: z.string().exactOptional().describe("Column that incremental reading follows."),
    incremental: z.boolean().describe("Whether a later run goes on where this one ends."),
  })
  .meta({ id: "ObjectSpec" });

/** A part of one object that can be read beside its other parts; see `ReaderPartition`. */
export const readerPartitionSchema: z.ZodType<ReaderPartition> = z
  .object({
    object: z.string(),
    id: z.string().min(1).describe("Name of the part, unique in its object; its position is kept under it."),
    params: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .describe("What the reader needs to find the part again."),
  })
  .meta({ id: "ReaderPartition" });

/** What `partitions` answers. */
export const readerPartitionsSchema: z.ZodType<readonly ReaderPartition[]> = z
  .array(readerPartitionSchema)
  .readonly();

const batchFormSchema = z.enum(["rows", "json", "arrow", "relation", "native"]);

/** What a plugin says of itself; see `PluginSpec`. */
export const pluginSpecSchema: z.ZodType<PluginSpec> = z
  .object({
    name: z.string().min(1),
    kind: z.enum(["reader", "writer"]),
    version: z.string().describe("The plugin's own version."),
    api: z.int().min(1).describe("The contract version it was built for."),
    description: z.string().exactOptional(),
    configSchema: z
      .custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value))
      .exactOptional()
      .describe("JSON Schema of what it reads from connection, credentials and engine.options."),
    secrets: z.array(z.string()).exactOptional().describe("Key paths whose values are secret."),
    objects: z
      .array(objectSpecSchema)
      .exactOptional()
      .describe("Reader: objects known without asking the source."),
    partitions: z
      .boolean()
      .exactOptional()
      .describe("Reader: it answers partitions, so that parts of an object can be read side by side."),
    yields: z
      .array(batchFormSchema)
      .exactOptional()
      .describe("Reader: forms of batch it yields, the usual one first; absent when only reading tells."),
    accepts: z
      .array(batchFormSchema)
      .exactOptional()
      .describe("Writer: forms of batch it takes, best first. Default rows."),
    idempotentCommit: z
      .boolean()
      .exactOptional()
      .describe("Writer: committing twice with one token has the effect of once."),
    modes: z
      .array(z.enum(["append", "replace", "merge"]))
      .exactOptional()
      .describe("Writer: the modes it knows. Default append."),
    singleProcess: z
      .boolean()
      .exactOptional()
      .describe("Writer: only one process at a time can have its target open, as with a database file."),
  })
  .meta({ id: "PluginSpec" });

/** The serialised form of an error; see `SerializedError`. */
export const serializedErrorSchema: z.ZodType<SerializedError> = z
  .object({
    error_type: z.string(),
    error_code: z.string().describe("A code of errors.json, or a plugin's own code in capitals."),
    message: z.string(),
    retryable: z.boolean(),
    hint: z.string().exactOptional(),
    retry_after: z.number().min(0).exactOptional().describe("Seconds to wait before trying again."),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "SerializedError" });

/** One log record; see `LogRecord`. */
export const logRecordSchema = z
  .object({
    level: z.enum(LOG_LEVELS),
    message: z.string(),
    source: z.string().exactOptional().describe("Who wrote it."),
    fields: z.record(z.string(), z.unknown()).exactOptional(),
  })
  .readonly()
  .meta({ id: "LogRecord" });
