import { dirname } from "node:path";
import { type Connection, quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import type { TableSchema } from "@dativo/sdk";
import { compressionSuffix, type FileCompression, type FileFormat } from "../files/file-format.js";
import { pathSql } from "../scan/path-sql.js";
import { filesBelow, makeFolder, remove, targetError } from "./durable-files.js";
import { encodedSql } from "./encode-sql.js";
import type { FilesTargetOptions } from "./files-options.js";

/** How the files of a target are written. */
export interface CopySettings {
  readonly format: Exclude<FileFormat, "arrow">;
  readonly options: FilesTargetOptions;
  readonly partitioning: readonly string[];
  readonly targetBytes: number;
}

/** A file that a COPY wrote. */
export interface CopiedFile {
  readonly path: string;
  readonly records: number;
}

/** The end of the names of files, such as `.csv.gz`. */
export function fileSuffix(format: FileFormat, compression: FilesTargetOptions["compression"]): string {
  const whole: FileCompression = format === "parquet" || format === "arrow" || compression === "snappy" ? "none" : (compression ?? "none");
  return `.${format}${compressionSuffix(whole)}`;
}

/**
 * Writes the records of a query into an empty folder, as one file or as many as partitions and size ask for.
 *
 * @throws DativoError `TARGET_FULL` or `TARGET_UNWRITABLE` naming the folder, which is then removed
 */
export async function copyToFolder(
  connection: Connection,
  query: { readonly sql: string; readonly schema: TableSchema },
  folder: string,
  settings: CopySettings,
  signal: AbortSignal,
): Promise<CopiedFile[]> {
  try {
    await makeFolder(dirname(folder));
    const sql = `COPY (${encodedSql(settings.format, query.schema, query.sql)}) TO ${quoteLiteral(folder)} (${copyOptions(settings).join(", ")})`;
    const total = await connection.run(sql, signal);
    const copied = await countedFiles(connection, folder, settings, query.schema, total);
    return copied.filter(({ records }) => records > 0);
  } catch (error) {
    await remove(folder).catch(() => undefined);
    throw targetError(folder, error);
  }
}

function copyOptions({ format, options, partitioning, targetBytes }: CopySettings): string[] {
  const suffix = fileSuffix(format, options.compression).slice(1);
  const shared = [
    `FILENAME_PATTERN 'part_{i}'`,
    `FILE_EXTENSION '${suffix}'`,
    ...(partitioning.length > 0
      ? [`PARTITION_BY (${partitioning.map(quoteIdentifier).join(", ")})`, `WRITE_PARTITION_COLUMNS ${options.write_partition_columns}`]
      : [`FILE_SIZE_BYTES ${targetBytes}`]),
  ];
  if (format === "parquet")
    return [
      "FORMAT parquet",
      `COMPRESSION '${options.compression === "none" ? "uncompressed" : (options.compression ?? "snappy")}'`,
      ...(options.row_group_size === undefined ? [] : [`ROW_GROUP_SIZE ${options.row_group_size}`]),
      ...shared,
    ];
  const compression = suffix.endsWith(".gz") ? "gzip" : suffix.endsWith(".zst") ? "zstd" : "none";
  const own = format === "csv" ? ["FORMAT csv", "HEADER true", "NULLSTR ''"] : ["FORMAT json", `ARRAY ${format === "json"}`];
  return [...own, `COMPRESSION '${compression}'`, ...shared];
}

/** The files in the folder and the records of each; with one file that is the total, which COPY tells. */
async function countedFiles(
  connection: Connection,
  folder: string,
  settings: CopySettings,
  schema: TableSchema,
  total: number,
): Promise<CopiedFile[]> {
  const paths = await filesBelow(folder);
  if (paths.length === 1) return paths.map((path) => ({ path, records: total }));
  const counted: CopiedFile[] = [];
  for (const path of paths) {
    const { rows } = await connection.query(countSql(path, settings, schema));
    counted.push({ path, records: Number(rows[0]?.["n"]) });
  }
  return counted;
}

function countSql(path: string, { format, partitioning, options }: CopySettings, { fields }: TableSchema): string {
  if (format === "parquet") return `SELECT num_rows AS n FROM parquet_file_metadata(${pathSql(path)})`;
  if (format !== "csv")
    return `SELECT count(*) AS n FROM read_json_objects(${pathSql(path)}, format = '${format === "json" ? "array" : "newline_delimited"}', hive_partitioning = false)`;
  const written = fields.filter(({ name }) => options.write_partition_columns || !partitioning.includes(name));
  const columns = written.map(({ name }) => `${quoteLiteral(name)}: 'VARCHAR'`).join(", ");
  return `SELECT count(*) AS n FROM read_csv(${pathSql(path)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = {${columns}}, hive_partitioning = false)`;
}
