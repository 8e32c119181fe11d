import { z } from "zod";

const details = z.record(z.string(), z.unknown());

/** What `check` answers. An operation that is not implemented answers `NOT_IMPLEMENTED`, never success. */
export const connectionTestResultSchema = z
  .object({
    success: z.boolean().describe("Whether the source or target can be used with this configuration."),
    message: z.string().describe("One sentence for the person who ran the check."),
    error_code: z
      .string()
      .optional()
      .describe("A stable code such as AUTH_FAILED or NETWORK_ERROR; NOT_IMPLEMENTED means unknown."),
    details: details.optional().describe("Facts worth showing, such as a server version."),
  })
  .meta({ id: "ConnectionTestResult" });
export type ConnectionTestResult = z.infer<typeof connectionTestResultSchema>;

/** The `error_code` of a check that the plugin does not implement. */
export const NOT_IMPLEMENTED = "NOT_IMPLEMENTED";

/** How a check is shown: a plugin that implements none is `unknown`, never `ok`. */
export function checkStatus(result: ConnectionTestResult): "ok" | "failed" | "unknown" {
  if (result.success) return "ok";
  return result.error_code === NOT_IMPLEMENTED ? "unknown" : "failed";
}

/** One column of a discovered object. */
export const discoveredColumnSchema = z
  .object({
    name: z.string(),
    type: z.string().describe("A field type as text, such as integer, decimal(10,2) or list<string>."),
    required: z.boolean().optional(),
    description: z.string().optional(),
  })
  .meta({ id: "DiscoveredColumn" });
export type DiscoveredColumn = z.infer<typeof discoveredColumnSchema>;

/** One object that `extract` accepts. */
export const discoveredObjectSchema = z
  .object({
    name: z.string().min(1),
    type: z.string().describe("What kind of object it is: table, file, endpoint …"),
    description: z.string().optional(),
    columns: z.array(discoveredColumnSchema).optional(),
    key: z.array(z.string()).optional().describe("Columns that identify a record."),
    cursor: z.string().optional().describe("Column that incremental reading follows."),
  })
  .meta({ id: "DiscoveredObject" });
export type DiscoveredObject = z.infer<typeof discoveredObjectSchema>;

/** What `discover` answers. */
export const discoveryResultSchema = z
  .object({ objects: z.array(discoveredObjectSchema), metadata: details })
  .meta({ id: "DiscoveryResult" });
export type DiscoveryResult = z.infer<typeof discoveryResultSchema>;

/** What a writer says of one thing it staged: a file, a table part, a receipt. Further keys are kept and handed to `commit`. */
export const fileMetadataSchema = z
  .looseObject({
    path: z.string().describe("Where the records are, or the receipt that names them."),
    size_bytes: z.int().min(0).optional(),
    record_count: z.int().min(0).optional(),
  })
  .meta({ id: "FileMetadata" });
export type FileMetadata = z.infer<typeof fileMetadataSchema>;

/** A record that a writer could not store. */
export const rejectedRecordSchema = z
  .object({
    index: z.int().min(0).describe("Position of the record in the batch it was given."),
    reason: z.string(),
    path: z.string().optional(),
    expected: z.string().optional(),
    got: z.string().optional(),
  })
  .meta({ id: "RejectedRecord" });
export type RejectedRecord = z.infer<typeof rejectedRecordSchema>;

/** What `write` answers. */
export const writeResultSchema = z
  .object({ files: z.array(fileMetadataSchema), rejected: z.array(rejectedRecordSchema).optional() })
  .meta({ id: "WriteResult" });
export type WriteResult = z.infer<typeof writeResultSchema>;

/** What `commit` answers. */
export const commitResultSchema = z
  .looseObject({
    status: z
      .string()
      .describe("success, or a word for what happened instead; anything else than success fails the run."),
    files_added: z.int().min(0),
    total_records: z.int().min(0).optional(),
  })
  .meta({ id: "CommitResult" });
export type CommitResult = z.infer<typeof commitResultSchema>;
