import { columnType, DuckDb, quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import { type Field, isDativoError, type RelationBatch, type TableSchema } from "@dativo/sdk";
import { selectWithAdded } from "../scan/added-columns.js";
import type { FileScanner, ScanContext, SourceFile } from "../scan/file-scanner.js";
import {
  allFit,
  createRejects,
  type FieldCheck,
  misfitSql,
  recordSql,
  type ScanTables,
  scanTables,
  sortedRelation,
} from "../scan/set-aside.js";
import { textValueSql } from "../schema/text-value-sql.js";
import { type CsvDialect, readCsvDialect, readCsvSql, unreadableCsv } from "./csv-dialect.js";
import { csvSchema, lookAtColumns } from "./csv-types.js";
import { isUtf8File } from "./utf8-file.js";

/** Files up to this size are read once to find the types of their columns. */
const WHOLE_FILE_BYTES = 64 * 1024 * 1024;

/** Makes a scanner of CSV files: each value is checked once against its type, then DuckDB reads them as columns. */
export function csvScanner(): FileScanner {
  const counts = new Map<string, Promise<RecordCounts>>();
  const count = (csv: CsvFile, context: ScanContext) => {
    const { path, size, mtimeMs } = csv.source.file;
    const key = JSON.stringify([path, size, mtimeMs, csv.dialect, ownFields(csv)]);
    const known = counts.get(key) ?? countRecords(csv, context);
    counts.set(key, known);
    return known;
  };
  return {
    schema: (source, context) => readable(source, context, () => exactSchema(source, context, count)),
    async *scan(source, schema, _skip, context) {
      const relation = await readable(source, context, () => csvRelation(source, schema, context, count));
      if (relation !== undefined) yield { data: relation };
    },
    count: async () => null,
  };
}

/** Whether all of the file is looked at for the types of its columns, which also tells whether every value fits. */
function isInspected({ source, dialect }: Pick<CsvFile, "source" | "dialect">): boolean {
  return source.file.size <= WHOLE_FILE_BYTES && dialect.compression === "none";
}

/** A CSV file about to be read. */
interface CsvFile {
  readonly source: SourceFile;
  readonly dialect: CsvDialect;
  readonly schema: TableSchema;
}

/** What reading all of a file once has shown. */
interface RecordCounts {
  readonly records: number;
  /** Whether all of them fit, and every line could be split into values. */
  readonly clean: boolean;
  /** Columns that hold values which do not fit. */
  readonly misfits: readonly string[];
}

type CountRecords = (csv: CsvFile, context: ScanContext) => Promise<RecordCounts>;

/** The columns of a file; of one that is not too large, as all of its values ask for. */
async function exactSchema(
  source: SourceFile,
  context: ScanContext,
  count: CountRecords,
): Promise<TableSchema | undefined> {
  const { connection, signal } = context;
  const { file, entry } = source;
  const dialect = await readCsvDialect(connection, file, entry);
  if (dialect === undefined) return undefined;
  const schema = await csvSchema(connection, file, dialect, entry.columns, signal);
  if (!isInspected({ source, dialect }) || entry.bad_records === "stop") return schema;
  const { misfits } = await count({ source, dialect, schema }, context);
  const open = misfits.filter((column) => entry.columns[column] === undefined);
  if (open.length === 0) return schema;
  const whole = readCsvSql(file, dialect, () => "VARCHAR", ", ignore_errors = true");
  const types = await lookAtColumns(connection, whole, open, signal);
  return { fields: schema.fields.map((field) => ({ ...field, type: types.get(field.name) ?? field.type })) };
}

async function csvRelation(
  source: SourceFile,
  schema: TableSchema,
  context: ScanContext,
  count: CountRecords,
): Promise<RelationBatch | undefined> {
  const dialect = await readCsvDialect(context.connection, source.file, source.entry);
  if (dialect === undefined) return undefined;
  const csv: CsvFile = { source, dialect, schema };
  const strict: RelationBatch = { form: "relation", sql: strictSql(csv), schema };
  if (source.entry.bad_records === "stop") return strict;
  // A second look at each value of a large file costs as much as reading it; one that is clean needs none.
  if (!isInspected(csv)) return { ...strict, sorted: () => sortedRelationOf(csv, context, count) };
  return await certainRelation(csv, context, count);
}

/** Sorts the records on a session of its own, since the reader may be at another file by then. */
async function sortedRelationOf(
  csv: CsvFile,
  context: ScanContext,
  count: CountRecords,
): Promise<RelationBatch> {
  await using connection = (await DuckDb.shared()).connect();
  const own = { ...context, connection };
  return await readable(csv.source, own, () => certainRelation(csv, own, count));
}

/** A query that cannot fail because of a record: all of them were looked at. */
async function certainRelation(
  csv: CsvFile,
  context: ScanContext,
  count: CountRecords,
): Promise<RelationBatch> {
  const { records, clean } = await count(csv, context);
  return clean
    ? { form: "relation", sql: typedSql(csv), schema: csv.schema, recordCount: records }
    : sortRecords(csv, context);
}

/** Fields of the schema that the file has. */
function ownFields({ dialect, schema }: CsvFile): Field[] {
  const inFile = new Set(dialect.columns);
  return schema.fields.filter((field) => inFile.has(field.name));
}

function checksOf(csv: CsvFile): FieldCheck[] {
  return ownFields(csv)
    .filter((field) => field.type.kind !== "string")
    .map((field) => {
      const text = quoteIdentifier(field.name);
      return { field, text, fits: textValueSql(text, field.type).fits };
    });
}

/** Types that `read_csv` itself reads exactly, once every value is known to fit. */
function isNative({ type }: Field): boolean {
  return (
    ["integer", "number", "boolean", "date", "decimal", "string"].includes(type.kind) ||
    (type.kind === "timestamp" && !type.zone)
  );
}

/** A query for a file in which every value fits. */
function typedSql(csv: CsvFile): string {
  const native = new Map(
    ownFields(csv)
      .filter(isNative)
      .map((field) => [field.name, columnType(field.type)]),
  );
  const read = readCsvSql(csv.source.file, csv.dialect, (column) => native.get(column) ?? "VARCHAR");
  return selectWithAdded(csv.source, csv.schema, `FROM ${read}`, (field) =>
    native.has(field.name) ? quoteIdentifier(field.name) : textSql(csv, field),
  );
}

/** A query that fails at the first value that does not fit. */
function strictSql(csv: CsvFile): string {
  const read = readCsvSql(csv.source.file, csv.dialect, () => "VARCHAR");
  return selectWithAdded(csv.source, csv.schema, `FROM ${read}`, (field) => {
    const value = textSql(csv, field);
    if (value === undefined || field.type.kind === "string") return value;
    const text = quoteIdentifier(field.name);
    const message = `${csv.source.file.name}: a value of column ${field.name} is no ${field.type.kind}; set bad_records: set_aside, or declare the type in columns`;
    return `CASE WHEN ${textValueSql(text, field.type).fits} THEN ${value} ELSE error(${quoteLiteral(message)}) END`;
  });
}

function textSql({ dialect }: CsvFile, field: Field): string | undefined {
  return dialect.columns.includes(field.name)
    ? textValueSql(quoteIdentifier(field.name), field.type).value
    : undefined;
}

/** The file with all values as text; lines that cannot be split into values go to a temporary table. */
function rawSql({ source, dialect }: CsvFile, table: string): string {
  return readCsvSql(
    source.file,
    dialect,
    () => "VARCHAR",
    `, store_rejects = true, rejects_table = '${table}', rejects_scan = '${table}_scan'`,
  );
}

async function countRecords(csv: CsvFile, { connection, signal }: ScanContext): Promise<RecordCounts> {
  const table = scanTables().name;
  const checks = checksOf(csv);
  const misfits = checks.map(({ fits }, index) => `count(*) FILTER (WHERE NOT (${fits})) AS c${index}`);
  const touched = (await isPlainUtf8(csv, signal))
    ? []
    : csv.dialect.columns.map((column) => `count(${quoteIdentifier(column)})`);
  const { rows } = await connection.query(
    `SELECT ${["count(*) AS records", ...misfits, ...touched].join(", ")} FROM ${rawSql(csv, table)}`,
    [],
    signal,
  );
  const broken = await connection.query(`SELECT count(*) AS n FROM ${table}`);
  await dropTemporary(connection, table);
  const unfit = checks
    .filter((_, index) => Number(rows[0]?.[`c${index}`]) > 0)
    .map(({ field }) => field.name);
  return {
    records: Number(rows[0]?.records),
    clean: unfit.length === 0 && Number(broken.rows[0]?.n) === 0,
    misfits: unfit,
  };
}

/**
 * Whether the file is known to be UTF-8 text. Where it is not, all columns must be named in a query: DuckDB only finds
 * bytes that are no text in columns it is asked for, and breaks down when the columns before them are left out.
 */
async function isPlainUtf8({ source, dialect }: CsvFile, signal: AbortSignal): Promise<boolean> {
  return (
    dialect.compression === "none" &&
    dialect.encoding === "utf-8" &&
    (await isUtf8File(source.file.path, signal))
  );
}

/** Reads a file with bad records once more, and keeps the good ones apart from the others. */
async function sortRecords(csv: CsvFile, context: ScanContext): Promise<RelationBatch> {
  const { connection, signal } = context;
  const tables = scanTables();
  context.onTables(tables);
  const checks = checksOf(csv);
  const raw = `${tables.name}_raw`;
  await connection.run(`CREATE TEMP TABLE ${raw} AS FROM ${rawSql(csv, tables.name)}`, signal);
  const select = selectWithAdded(csv.source, csv.schema, `FROM ${raw} WHERE ${allFit(checks)}`, (field) =>
    textSql(csv, field),
  );
  await connection.run(`CREATE TABLE ${tables.good} AS ${select}`, signal);
  await createRejects(connection, tables);
  await connection.run(`INSERT INTO ${tables.rejects} ${brokenLinesSql(csv, tables)}`);
  if (checks.length > 0)
    await connection.run(
      `INSERT INTO ${tables.rejects} ${misfitSql(checks, recordSql(csv.dialect.columns), raw)}`,
    );
  const { rows } = await connection.query(`SELECT count(*) AS n FROM ${tables.good}`);
  await dropTemporary(connection, tables.name);
  await connection.run(`DROP TABLE ${raw}`);
  return sortedRelation(tables, csv.schema, Number(rows[0]?.n));
}

/** One row for each line that could not be split into values; a line may have several errors. */
function brokenLinesSql({ dialect, source }: CsvFile, { name }: ScanTables): string {
  const first = (column: string) => `first(${column} ORDER BY byte_position)`;
  const reason = `lower(replace(${first("CAST(error_type AS VARCHAR)")}, ' ', '_'))`;
  const message = first("error_message");
  const found = `regexp_extract(${message}, '^Expected Number of Columns: \\d+ Found: (\\d+)', 1)`;
  const got = `CASE WHEN ${found} = '' THEN left(${message}, 200) ELSE ${found} || ' values' END`;
  return `SELECT ${reason}, ${quoteLiteral(`${source.file.name} line `)} || line, '${dialect.columns.length} values', ${got}, to_json(${first("csv_line")}) FROM ${name} GROUP BY line`;
}

async function dropTemporary(connection: ScanContext["connection"], table: string): Promise<void> {
  await connection.run(`DROP TABLE IF EXISTS ${table}; DROP TABLE IF EXISTS ${table}_scan`);
}

async function readable<T>(source: SourceFile, context: ScanContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = isDativoError(error) && error.code !== "DUCKDB_ERROR";
    throw known || context.signal.aborted ? error : unreadableCsv(source.file, error as Error);
  }
}
