import { z } from "zod";
import { FILE_COMPRESSIONS } from "../files/file-format.js";

const character = z.string().length(1);

/** One entry of `source.files`. */
export const fileEntrySchema = z
  .object({
    path: z
      .string()
      .min(1)
      .describe(
        "File, folder-relative path or glob (`*`, `**`, `?`, `[a-z]`, `{a,b}`), from `connection.path`.",
      ),
    object: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Object the records belong to. Default: the file's name without suffix; for a glob, the folder before it.",
      ),
    compression: z
      .enum(FILE_COMPRESSIONS)
      .optional()
      .describe("csv, jsonl, json: compression of the file. Default: by suffix (.gz, .zst)."),
    columns: z
      .record(z.string(), z.string())
      .default({})
      .describe("Types of columns by name, such as `{ zip: string }`, instead of what the values look like."),
    delimiter: z
      .string()
      .min(1)
      .max(4)
      .optional()
      .describe("csv: what separates values. Default: the one of , ; tab | that the first line has most of."),
    header: z
      .boolean()
      .default(true)
      .describe("csv: whether the first line holds the column names; without, they are column0, column1 …"),
    quote: character.or(z.literal("")).default('"').describe("csv: the quoting character; empty for none."),
    escape: character
      .or(z.literal(""))
      .optional()
      .describe("csv: what stands before a quote inside a quoted value. Default: the quoting character."),
    null_values: z.array(z.string()).min(1).default([""]).describe("csv: unquoted texts that mean null."),
    encoding: z
      .enum(["utf-8", "utf-16", "latin-1"])
      .default("utf-8")
      .describe("csv: how characters are stored."),
    max_line_bytes: z
      .int()
      .min(1024)
      .default(2 * 1024 * 1024)
      .describe("csv: bytes that a record may have; memory is sixteen times as much for each thread."),
    bad_records: z
      .enum(["set_aside", "stop"])
      .default("set_aside")
      .describe(
        "csv: set_aside reads the file twice, first to check each value, so that bad records become dead letters; stop reads it once and fails at the first bad one.",
      ),
    hive_partitioning: z
      .boolean()
      .default(false)
      .describe("Whether folders named `column=value` become columns of text."),
    filename_column: z
      .string()
      .min(1)
      .optional()
      .describe("Name of a column to add that holds the path of the file."),
    changed: z
      .enum(["reread", "error", "skip"])
      .default("reread")
      .describe(
        "What to do with a file that was read before and has changed since: read it whole again, stop, or leave it out.",
      ),
    allow_empty: z.boolean().default(false).describe("Whether it is fine that no file matches."),
  })
  .strict();

/** One entry of `source.files`, with defaults filled in. */
export type FileEntry = z.output<typeof fileEntrySchema>;

/** `source.connection` of file sources. */
export const fileSourceConnectionSchema = z.looseObject({
  path: z
    .string()
    .optional()
    .describe(
      "Folder that `files[].path` starts at; without `files`, the file, folder or glob to read. Default: the project folder.",
    ),
});
