import { z } from "zod";

/** `target.engine.options` of file targets. */
export const filesTargetOptionsSchema = z.looseObject({
  compression: z
    .enum(["snappy", "zstd", "gzip", "none"])
    .optional()
    .describe(
      "parquet: compression of the columns. Default: snappy. csv, jsonl, json: compression of the file, zstd or gzip. Default: none.",
    ),
  row_group_size: z
    .int()
    .min(2048)
    .max(10_000_000)
    .optional()
    .describe("parquet: records in a row group. Default: 122880."),
  target_size_mb: z
    .number()
    .positive()
    .optional()
    .describe(
      "Size in megabytes (10^6 bytes) at which a file is ended and the next begun; parquet_target_size_mb of the target means the same. Default: 256.",
    ),
  buffer_mb: z
    .number()
    .min(1)
    .max(1024)
    .default(32)
    .describe(
      "Megabytes of columns gathered in memory before they are written; at most twice as much is held. Files of parquet go on until target_size_mb, unless they are partitioned; others end here.",
    ),
  write_partition_columns: z
    .boolean()
    .default(false)
    .describe(
      "Whether partition columns are kept inside the files too, and not only in the names of the folders.",
    ),
});

/** Options of a file target with defaults filled in. */
export type FilesTargetOptions = z.output<typeof filesTargetOptionsSchema>;

/** `target.connection` of file targets. */
export const filesTargetConnectionSchema = z.looseObject({
  path: z
    .string()
    .optional()
    .describe("Folder that gets a folder for each object. Default: the project folder."),
});
