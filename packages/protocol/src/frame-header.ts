import { z } from "zod";
import {
  jsonSchema,
  logRecordSchema,
  objectSpecSchema,
  serializedErrorSchema,
  tableSchemaSchema,
} from "./contract-schemas.js";

const id = z.int().min(0).describe("The call this belongs to, as its caller numbered it.");
const count = z.int().min(0);

/** First frame of either side: who speaks, and which versions. */
export const helloHeaderSchema = z
  .object({
    protocol: z.int().describe("Version of the frame protocol."),
    api: z.int().describe("Version of the plugin contract."),
    name: z.string().describe("Who speaks, for messages: a plugin's name, or the host's."),
    sdk: z.string().exactOptional().describe("Name and version of the SDK the plugin was built with."),
  })
  .readonly()
  .meta({ id: "HelloHeader" });
export type HelloHeader = z.infer<typeof helloHeaderSchema>;

/** Host to plugin: asks for an operation. A call that carries records is followed by one batch frame of the same id. */
export const callHeaderSchema = z
  .object({ id, operation: z.string().min(1), params: z.record(z.string(), z.unknown()).readonly() })
  .readonly()
  .meta({ id: "CallHeader" });
export type CallHeader = z.infer<typeof callHeaderSchema>;

/** Plugin to host: the answer to a call that does not stream. */
export const resultHeaderSchema = z
  .object({ id, value: z.unknown().optional() })
  .readonly()
  .meta({ id: "ResultHeader" });
export type ResultHeader = z.infer<typeof resultHeaderSchema>;

/** Plugin to host: the call failed; without an id, the plugin itself did. */
export const errorHeaderSchema = z
  .object({ id: id.exactOptional(), error: serializedErrorSchema })
  .readonly()
  .meta({ id: "ErrorHeader" });
export type ErrorHeader = z.infer<typeof errorHeaderSchema>;

/** The last frame of a stream; a stream without one has failed. */
export const endHeaderSchema = z
  .object({
    id,
    reason: z
      .enum(["done", "bytes", "deadline", "limit", "cancelled"])
      .describe(
        "done: read to the end. Otherwise which bound stopped it; the last checkpoint tells where to go on.",
      ),
    records: count.describe("Records in all batches of the stream."),
    sequence: count.describe("Number of batches of the stream."),
  })
  .readonly()
  .meta({ id: "EndHeader" });
export type EndHeader = z.infer<typeof endHeaderSchema>;

/** Plugin to host: an object of the stream begins, or was read to its end. */
export const objectHeaderSchema = z
  .discriminatedUnion("event", [
    z.object({ id, event: z.literal("begin"), object: objectSpecSchema }).readonly(),
    z.object({ id, event: z.literal("end"), object: z.string().describe("Name of the object.") }).readonly(),
  ])
  .meta({ id: "ObjectHeader" });
export type ObjectHeader = z.infer<typeof objectHeaderSchema>;

/** Records; the payload holds them in the form named, and is empty for a relation. */
export const batchHeaderSchema = z
  .object({
    id,
    sequence: count.describe("Position of the batch in its stream, from 0."),
    object: z.string(),
    form: z
      .enum(["json", "json-text", "arrow-ipc", "relation"])
      .describe(
        "json: row JSON. json-text: a JSON array of objects, integers of any size as digits. arrow-ipc: one Arrow IPC stream. relation: the header's query, and no payload.",
      ),
    at: z
      .string()
      .exactOptional()
      .describe("Where the payload lies that the frame has no room for: s3://bucket/key or gs://bucket/key."),
    schema: tableSchemaSchema.exactOptional(),
    recordCount: count
      .exactOptional()
      .describe("Records in the batch; absent only for a relation that does not know."),
    filtered: count.exactOptional().describe("Records read but left out on purpose. Default 0."),
    deduplicated: count
      .exactOptional()
      .describe("Records read again at an inclusive boundary and left out. Default 0."),
    shared: z
      .object({
        descriptor: count.describe("File descriptor of the plugin's process."),
        bytes: count.describe("Bytes from its start."),
      })
      .readonly()
      .exactOptional()
      .describe(
        "Where the payload lies when it does not follow, for a host that asked for it: a file in memory, which the plugin writes anew once so many later batches were granted as are under way.",
      ),
    relation: z
      .object({
        sql: z.string(),
        setup: z.array(z.string()).readonly().exactOptional(),
        rejects: z.string().exactOptional(),
      })
      .readonly()
      .exactOptional()
      .describe("The query of the form relation."),
  })
  .readonly()
  .meta({ id: "BatchHeader" });
export type BatchHeader = z.infer<typeof batchHeaderSchema>;

/** All records of the object before this frame were handed over; extracting from `state` yields every later one. */
export const checkpointHeaderSchema = z
  .object({ id, object: z.string(), state: jsonSchema })
  .readonly()
  .meta({ id: "CheckpointHeader" });
export type CheckpointHeader = z.infer<typeof checkpointHeaderSchema>;

/** One log record of the plugin. */
export const logHeaderSchema = logRecordSchema.meta({ id: "LogHeader" });
export type LogHeader = z.infer<typeof logHeaderSchema>;

/** Consumer to producer: so many more batches of a stream may be sent. */
export const creditHeaderSchema = z
  .object({ id, batches: z.int().min(1) })
  .readonly()
  .meta({ id: "CreditHeader" });
export type CreditHeader = z.infer<typeof creditHeaderSchema>;

/** Host to plugin: the call is no longer wanted; it still ends with an error, result or end frame. */
export const cancelHeaderSchema = z.object({ id }).readonly().meta({ id: "CancelHeader" });
export type CancelHeader = z.infer<typeof cancelHeaderSchema>;
