import type { defineReader } from "@dativo/sdk";
import type { FileFormat } from "./files/file-format.js";

/** An export that a runtime can load, as `defineReader` and `defineWriter` make. */
export type BuiltinPlugin = ReturnType<typeof defineReader>;

const fileReader = (format: FileFormat) => async (): Promise<BuiltinPlugin> =>
  (await import("./files-reader/files-reader.js")).filesReader(format);
const fileWriter = (format: FileFormat) => async (): Promise<BuiltinPlugin> =>
  (await import("./files-writer/files-writer.js")).filesWriter(format);

/**
 * The built-in readers by the `type` of a source; each is loaded when it is first asked for.
 *
 * @example
 * const reader = await builtinReaders.csv();
 */
export const builtinReaders = {
  csv: fileReader("csv"),
  jsonl: fileReader("jsonl"),
  json: fileReader("json"),
  parquet: fileReader("parquet"),
  arrow: fileReader("arrow"),
  duckdb: async (): Promise<BuiltinPlugin> => (await import("./duckdb-reader/duckdb-reader.js")).duckDbReader,
} as const satisfies Record<string, () => Promise<BuiltinPlugin>>;

/** The built-in writers by the `type` of a target; each is loaded when it is first asked for. */
export const builtinWriters = {
  csv: fileWriter("csv"),
  jsonl: fileWriter("jsonl"),
  json: fileWriter("json"),
  parquet: fileWriter("parquet"),
  arrow: fileWriter("arrow"),
  duckdb: async (): Promise<BuiltinPlugin> => (await import("./duckdb-writer/duckdb-writer.js")).duckDbWriter,
} as const satisfies Record<string, () => Promise<BuiltinPlugin>>;

/** The types of built-in sources. */
export const BUILTIN_READER_TYPES: readonly string[] = Object.keys(builtinReaders);

/** The types of built-in targets. */
export const BUILTIN_WRITER_TYPES: readonly string[] = Object.keys(builtinWriters);
