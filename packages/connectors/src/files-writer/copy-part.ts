import { dirname } from "node:path";
import { type Connection, quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import { DativoError, type TableSchema } from "@dativo/sdk";
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

/** Records that DuckDB puts into a row group when nothing is said. */
export const ROW_GROUP_RECORDS = 122_880;

/** What is written; `records`, where they are known, are divided evenly over row groups. */
export interface CopyQuery {
  readonly sql: string;
  readonly schema: TableSchema;
  readonly records?: number;
}

/** A file that a COPY wrote. */
export interface CopiedFile {
  readonly path: string;
  readonly records: number;
}

/** The end of the names of files, such as `.csv.gz`. */
export function fileSuffix(format: FileFormat, compression: FilesTargetOptions["compression"]): string {
  const whole: FileCompression =
    format === "parquet" || format === "arrow" || compression === "snappy" ? "none" : (compression ?? "none");
  return `.${format}${compressionSuffix(whole)}`;
}

/**
 * Writes the records of a query into an empty folder, as one file or as many as partitions and size ask for.
 *
 * @throws DativoError `TARGET_FULL` or `TARGET_UNWRITABLE` naming the folder, which is then removed
 */
export async function copyToFolder(
  connection: Connection,
  query: CopyQuery,
  folder: string,
  settings: CopySettings,
  signal: AbortSignal,
): Promise<CopiedFile[]> {
  assertPartitioning(settings, query.schema);
  try {
    await makeFolder(dirname(folder));
    const encoded = encodedSql(settings.format, query.schema, query.sql);
    const sql = `COPY (${partitionedSql(settings, query.schema, encoded)}) TO ${quoteLiteral(folder)} (${copyOptions(settings, query.records).join(", ")})`;
    const total = await connection.run(sql, signal);
    const copied = await countedFiles(connection, folder, settings, query.schema, total);
    return copied.filter(({ records }) => records > 0);
  } catch (error) {
    await remove(folder).catch(() => undefined);
    throw targetError(folder, error);
  }
}

/** @throws DativoError `CONFIGURATION_ERROR` when a column that names folders is none of the records */
function assertPartitioning({ format, partitioning }: CopySettings, { fields }: TableSchema): void {
  const names = new Set(fields.map(({ name }) => name.toLowerCase()));
  const missing = partitioning.filter((column) => !names.has(column.toLowerCase()));
  if (missing.length === 0) return;
  const columns = fields.map(({ name }) => name).join(", ");
  throw new DativoError({
    code: "CONFIGURATION_ERROR",
    message: `The writer ${format} cannot work with this configuration:\n  target.partitioning: expected columns of the records (${columns}), got ${missing.join(", ")}`,
    hint: "Correct target.partitioning in the job file.",
  });
}

/** DuckDB partitions no JSON, so a record becomes a line of text beside the columns that name its folder. */
function partitionedSql(
  { format, partitioning, options }: CopySettings,
  { fields }: TableSchema,
  sql: string,
): string {
  if (partitioning.length === 0 || format === "parquet" || format === "csv") return sql;
  const partitioned = new Set(partitioning.map((column) => column.toLowerCase()));
  const members = fields
    .filter(({ name }) => options.write_partition_columns || !partitioned.has(name.toLowerCase()))
    .map(({ name }) => `${quoteIdentifier(name)} := ${quoteIdentifier(name)}`);
  const record =
    members.length === 0 ? "'{}'" : `CAST(to_json(struct_pack(${members.join(", ")})) AS VARCHAR)`;
  let column = "record";
  while (partitioned.has(column)) column += "_";
  return `SELECT ${record} AS ${column}, ${partitioning.map(quoteIdentifier).join(", ")} FROM (${sql})`;
}

function copyOptions(
  { format, options, partitioning, targetBytes }: CopySettings,
  records: number | undefined,
): string[] {
  const suffix = fileSuffix(format, options.compression).slice(1);
  const shared = [
    `FILENAME_PATTERN 'part_{i}'`,
    `FILE_EXTENSION '${suffix}'`,
    ...(partitioning.length > 0
      ? [
          `PARTITION_BY (${partitioning.map(quoteIdentifier).join(", ")})`,
          `WRITE_PARTITION_COLUMNS ${options.write_partition_columns && (format === "parquet" || format === "csv")}`,
        ]
      : [`FILE_SIZE_BYTES ${targetBytes}`]),
  ];
  if (format === "parquet") {
    const rowGroup = options.row_group_size ?? (records === undefined ? undefined : evenRowGroup(records));
    return [
      "FORMAT parquet",
      `COMPRESSION '${options.compression === "none" ? "uncompressed" : (options.compression ?? "snappy")}'`,
      ...(rowGroup === undefined ? [] : [`ROW_GROUP_SIZE ${rowGroup}`]),
      ...shared,
    ];
  }
  const compression = suffix.endsWith(".gz") ? "gzip" : suffix.endsWith(".zst") ? "zstd" : "none";
  return [...textOptions(format, partitioning.length > 0), `COMPRESSION '${compression}'`, ...shared];
}

/** Records of a row group such that the last one is no small rest; DuckDB counts in vectors of 2048. */
function evenRowGroup(records: number): number {
  const groups = Math.max(1, Math.round(records / ROW_GROUP_RECORDS));
  return Math.max(1, Math.ceil(records / groups / 2048)) * 2048;
}

function textOptions(format: "csv" | "json" | "jsonl", partitioned: boolean): string[] {
  if (format === "csv") return ["FORMAT csv", "HEADER true", "NULLSTR ''"];
  if (!partitioned) return ["FORMAT json", `ARRAY ${format === "json"}`];
  const lines = ["FORMAT csv", "HEADER false", "QUOTE ''", "ESCAPE ''", "DELIM '\n'"];
  return format === "jsonl" ? lines : [...lines, "PREFIX '[\n\t'", "SUFFIX '\n]\n'", "NEW_LINE ',\n\t'"];
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
    counted.push({ path, records: Number(rows[0]?.n) });
  }
  return counted;
}

function countSql(
  path: string,
  { format, partitioning, options }: CopySettings,
  { fields }: TableSchema,
): string {
  if (format === "parquet") return `SELECT num_rows AS n FROM parquet_file_metadata(${pathSql(path)})`;
  if (format !== "csv")
    return `SELECT count(*) AS n FROM read_json_objects(${pathSql(path)}, format = '${format === "json" ? "array" : "newline_delimited"}', hive_partitioning = false)`;
  const written = fields.filter(
    ({ name }) => options.write_partition_columns || !partitioning.includes(name),
  );
  const columns = written.map(({ name }) => `${quoteLiteral(name)}: 'VARCHAR'`).join(", ");
  return `SELECT count(*) AS n FROM read_csv(${pathSql(path)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = {${columns}}, hive_partitioning = false)`;
}
