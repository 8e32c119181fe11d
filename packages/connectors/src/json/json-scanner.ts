import { quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import { DativoError, type Field, isDativoError, type RelationBatch, type TableSchema } from "@dativo/sdk";
import { compressionOf } from "../files/file-format.js";
import { selectWithAdded } from "../scan/added-columns.js";
import type { FileScanner, ScanContext, SourceFile } from "../scan/file-scanner.js";
import { pathSql } from "../scan/path-sql.js";
import {
  allFit,
  createRejects,
  type FieldCheck,
  misfitSql,
  recordSql,
  scanTables,
  sortedRelation,
} from "../scan/set-aside.js";
import { convertSql } from "../schema/convert-sql.js";
import { parseFieldType } from "../schema/field-types.js";
import { jsonPath, jsonValueSql } from "../schema/json-value-sql.js";
import { columnsOfStructure, type JsonColumn, jsonColumn } from "./json-types.js";

/** Bytes one record may have. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** Bytes one line of a file with broken lines may have. */
const LINE_BYTES = 16 * 1024 * 1024;
/** Whether a line is a record; only CASE keeps DuckDB from asking for the type of what is no JSON. */
const IS_RECORD =
  "CASE WHEN coalesce(json_valid(line), false) THEN json_type(line) = 'OBJECT' ELSE false END";
/** A format that no text matches, so that none is taken for a date. */
const NO_DATES = "dateformat = '%Y-never-%m-%d', timestampformat = '%Y-never-%m-%d'";

/** What was learnt of a file by looking at all of it. */
interface JsonFile {
  readonly columns: readonly JsonColumn[];
  /** Whether every line is a record. */
  readonly clean: boolean;
}

/**
 * Makes a scanner of JSON files: one record a line, or one document that is a record or an array of records.
 *
 * A file is looked at as a whole before it is read, so that its columns and types are those of all its records.
 */
export function jsonScanner(lines: boolean): FileScanner {
  const known = new Map<string, JsonFile | undefined>();
  const look = async (source: SourceFile, context: ScanContext) => {
    const { path, size, mtimeMs } = source.file;
    const key = `${path}\0${size}\0${mtimeMs}`;
    if (!known.has(key)) known.set(key, await lookAt(source, lines, context));
    return known.get(key);
  };
  return {
    async schema(source, context) {
      const json = await look(source, context);
      return json && { fields: json.columns.map(({ name, type }) => fieldOf(source, name, type)) };
    },

    async *scan(source, schema, _skip, context) {
      const json = await look(source, context);
      if (json === undefined) return;
      const data = json.clean
        ? await readRecords(source, json, schema, lines, context)
        : await sortLines(source, json, schema, context);
      yield { data };
    },

    async count() {
      return null;
    },
  };
}

function fieldOf({ entry }: SourceFile, name: string, type: Field["type"]): Field {
  const declared = entry.columns[name];
  return { name, type: declared === undefined ? type : parseFieldType(declared) };
}

async function lookAt(
  source: SourceFile,
  lines: boolean,
  context: ScanContext,
): Promise<JsonFile | undefined> {
  const { connection, signal } = context;
  if (source.file.size === 0) return undefined;
  const detect = `records = true, sample_size = -1, maximum_depth = 2, field_appearance_threshold = 0, map_inference_threshold = -1, ${NO_DATES}`;
  try {
    const { rows } = await connection.query(
      `SELECT column_name, column_type FROM (DESCRIBE FROM ${readJsonSql(source, lines, detect)})`,
      [],
      signal,
    );
    return {
      clean: true,
      columns: rows.map((row) => jsonColumn(String(row.column_name), String(row.column_type))),
    };
  } catch (error) {
    if (!isDativoError(error) || error.code !== "DUCKDB_ERROR") throw error;
    if (!lines) return emptyArray(source, context, error);
    const { rows } = await connection
      .query(
        `SELECT json_group_structure(CASE WHEN ${IS_RECORD} THEN CAST(line AS JSON) END) AS s FROM ${linesSql(source)}`,
        [],
        signal,
      )
      .catch((cause: unknown) => Promise.reject(unreadableJson(source, cause)));
    return { clean: false, columns: columnsOfStructure(asJson(rows[0]?.s)) };
  }
}

/** An array without records has no columns; anything else that is not made of records cannot be read. */
async function emptyArray(
  source: SourceFile,
  { connection }: ScanContext,
  error: DativoError,
): Promise<undefined> {
  const { rows } = await connection
    .query(
      `SELECT trim(content, ' ' || chr(9) || chr(10) || chr(13)) AS text FROM read_text(${pathSql(source.file.path)}) WHERE size < 1000`,
    )
    .catch(() => ({ rows: [] }));
  if (/^(\[\s*\])?$/.test(String(rows[0]?.text ?? "x"))) return undefined;
  throw unreadableJson(source, error);
}

function asJson(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

function readJsonSql({ file, entry }: SourceFile, lines: boolean, more: string): string {
  const compression = (entry.compression ?? compressionOf(file.path)).replace("none", "uncompressed");
  const size = lines ? MAX_RECORD_BYTES : Math.max(MAX_RECORD_BYTES, Math.min(file.size * 2, 2 ** 31));
  return `read_json(${pathSql(file.path)}, format = '${lines ? "newline_delimited" : "auto"}', maximum_object_size = ${size}, compression = '${compression}', hive_partitioning = false, ${more})`;
}

/** The lines of a file as text. */
function linesSql({ file, entry }: SourceFile, more = ""): string {
  const compression = entry.compression ?? compressionOf(file.path);
  return `read_csv(${pathSql(file.path)}, auto_detect = false, header = false, delim = '', quote = '', escape = '', columns = { line: 'VARCHAR' }, compression = '${compression}', max_line_size = ${LINE_BYTES}, hive_partitioning = false${more || ", ignore_errors = true"})`;
}

async function readRecords(
  source: SourceFile,
  { columns }: JsonFile,
  schema: TableSchema,
  lines: boolean,
  context: ScanContext,
): Promise<RelationBatch> {
  const declared = columns.filter(({ name }) => source.entry.columns[name] !== undefined);
  const types = columns.map(
    ({ name, sqlType }) =>
      `${quoteLiteral(name)}: '${declared.some((column) => column.name === name) ? "JSON" : sqlType}'`,
  );
  const read = readJsonSql(source, lines, `columns = {${types.join(", ")}}`);
  const select = (from: string) =>
    selectWithAdded(source, schema, `FROM ${from}`, (field) => {
      const column = columns.find(({ name }) => name === field.name);
      if (column === undefined) return undefined;
      const name = quoteIdentifier(field.name);
      return declared.includes(column)
        ? jsonValueSql(name, field.type).value
        : convertSql(name, column.type, field.type);
    });
  const checks = fieldChecks(declared, schema, (name) => quoteIdentifier(name));
  if (checks.length === 0) return { form: "relation", sql: select(read), schema };
  const { connection, signal } = context;
  const bad = await connection.query(
    `SELECT count(*) AS n FROM ${read} WHERE NOT (${allFit(checks)})`,
    [],
    signal,
  );
  if (Number(bad.rows[0]?.n) === 0) return { form: "relation", sql: select(read), schema };
  const tables = scanTables();
  context.onTables(tables);
  await connection.run(`CREATE TABLE ${tables.good} AS ${select(`${read} WHERE ${allFit(checks)}`)}`, signal);
  await createRejects(connection, tables);
  await connection.run(
    `INSERT INTO ${tables.rejects} ${misfitSql(checks, recordSql(columns.map(({ name }) => name)), read)}`,
    signal,
  );
  const { rows } = await connection.query(`SELECT count(*) AS n FROM ${tables.good}`);
  return sortedRelation(tables, schema, Number(rows[0]?.n));
}

function fieldChecks(
  columns: readonly JsonColumn[],
  schema: TableSchema,
  json: (name: string) => string,
): FieldCheck[] {
  return schema.fields
    .filter((field) => columns.some(({ name }) => name === field.name))
    .map((field) => {
      const value = json(field.name);
      return { field, fits: jsonValueSql(value, field.type).fits, text: `CAST(${value} AS VARCHAR)` };
    });
}

/** Reads a file of which some lines are no records, and keeps those apart. */
async function sortLines(
  source: SourceFile,
  { columns }: JsonFile,
  schema: TableSchema,
  context: ScanContext,
): Promise<RelationBatch> {
  const { connection, signal } = context;
  const tables = scanTables();
  context.onTables(tables);
  const raw = `${tables.name}_raw`;
  const stored = `, store_rejects = true, rejects_table = '${tables.name}', rejects_scan = '${tables.name}_scan'`;
  await connection
    .run(
      `CREATE TEMP TABLE ${raw} AS SELECT line, ${IS_RECORD} AS record FROM ${linesSql(source, stored)} WHERE line IS NOT NULL AND trim(line) <> ''`,
      signal,
    )
    .catch((cause: unknown) => Promise.reject(unreadableJson(source, cause)));
  const value = (name: string) => `json_extract(CAST(line AS JSON), ${quoteLiteral(jsonPath(name))})`;
  const inFile = new Set(columns.map(({ name }) => name));
  const checks = fieldChecks(columns, schema, value);
  const select = selectWithAdded(source, schema, `FROM ${raw} WHERE record AND ${allFit(checks)}`, (field) =>
    inFile.has(field.name) ? jsonValueSql(value(field.name), field.type).value : undefined,
  );
  await connection.run(`CREATE TABLE ${tables.good} AS ${select}`, signal);
  await createRejects(connection, tables);
  await connection.run(
    `INSERT INTO ${tables.rejects} SELECT 'invalid_json', NULL, 'a JSON object', CASE WHEN NOT json_valid(line) THEN 'text of ' || length(line) || ' characters' WHEN json_type(line) IN ('UBIGINT', 'BIGINT', 'DOUBLE') THEN 'number' ELSE lower(json_type(line)) END, to_json(line) FROM ${raw} WHERE NOT record`,
  );
  await connection.run(
    `INSERT INTO ${tables.rejects} SELECT lower(replace(CAST(error_type AS VARCHAR), ' ', '_')), 'line ' || line, 'a JSON object', left(error_message, 200), to_json(csv_line) FROM ${tables.name}`,
  );
  if (checks.length > 0)
    await connection.run(
      `INSERT INTO ${tables.rejects} ${misfitSql(checks, "CAST(line AS JSON)", `(FROM ${raw} WHERE record)`)}`,
    );
  const { rows } = await connection.query(`SELECT count(*) AS n FROM ${tables.good}`);
  await connection.run(
    `DROP TABLE ${raw}; DROP TABLE IF EXISTS ${tables.name}; DROP TABLE IF EXISTS ${tables.name}_scan`,
  );
  return sortedRelation(tables, schema, Number(rows[0]?.n));
}

function unreadableJson({ file }: SourceFile, cause: unknown): unknown {
  if (!isDativoError(cause) || cause.code !== "DUCKDB_ERROR") return cause;
  return new DativoError({
    code: "SOURCE_UNREADABLE",
    message: `${file.path} cannot be read as JSON: ${cause.message}`,
    hint: "Check that the file is complete; use type: jsonl for one record a line, type: json for an array of records.",
    cause,
  });
}
