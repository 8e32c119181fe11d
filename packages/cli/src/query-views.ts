import { existsSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import {
  type Connection,
  columnType,
  type DuckDb,
  openIpcFile,
  quoteIdentifier,
  quoteLiteral,
} from "@dativo/columnar";
import { type ObjectState, type ResolvedJob, StateStore } from "@dativo/engine";
import { type ColumnBatch, DativoError, type TableSchema } from "@dativo/protocol";
import { committedFiles } from "./committed-files.js";

/** A name that SQL can ask. */
export interface View {
  readonly name: string;
  /** Makes the name known to a connection. */
  create(connection: Connection, signal: AbortSignal): Promise<void>;
}

type States = Readonly<Record<string, ObjectState>>;

/** Folders below a target that are not data. */
const STAGING = /^\./;

/**
 * Views over what the target of a job holds: tables of a DuckDB file, or files that DuckDB can read.
 *
 * @throws DativoError `OBJECT_NOT_FOUND` when the target holds nothing that can be asked
 */
export async function targetViews(job: ResolvedJob, database: DuckDb): Promise<View[]> {
  const { config, customWriter, outputBase } = job.target;
  const states = await new StateStore({ stateDir: job.stateDir, jobKey: job.key }).read();
  const views =
    customWriter !== undefined
      ? fileViews(await committedFiles(job), states)
      : config.type === "duckdb"
        ? await tableViews(outputBase, config.connection.schema, database)
        : fileViews(targetFiles(outputBase, config.type), states);
  if (views.length > 0) return views;
  throw new DativoError({
    code: "OBJECT_NOT_FOUND",
    message: `The target of ${job.name} (${outputBase}) holds nothing that can be asked in SQL yet.`,
    hint: "Run the job first. Targets that can be asked hold Parquet, CSV, JSON, JSON Lines or Arrow files, or are DuckDB files.",
    details: { output: outputBase },
  });
}

async function tableViews(file: string, wantedSchema: unknown, database: DuckDb): Promise<View[]> {
  if (!existsSync(file)) return [];
  const alias = await database.attach(file, { readOnly: true });
  const connection = database.connect();
  const schema = typeof wantedSchema === "string" ? wantedSchema : "main";
  const { rows } = await connection.query(
    "select table_name from duckdb_tables() where database_name = ? and schema_name = ? and table_name not like '\\_dativo\\_%' escape '\\'",
    [alias, schema],
  );
  await connection.close();
  return rows.map((row) => {
    const name = String(row.table_name);
    return sqlView(name, `select * from ${[alias, schema, name].map(quoteIdentifier).join(".")}`);
  });
}

/** Committed files of each object: those of the folder named after it. */
function targetFiles(outputBase: string, format: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  if (!existsSync(outputBase)) return found;
  for (const folder of readdirSync(outputBase, { withFileTypes: true })) {
    if (!folder.isDirectory() || STAGING.test(folder.name)) continue;
    const files = filesBelow(join(outputBase, folder.name)).filter((file) => formatOf(file) === format);
    if (files.length > 0) found.set(objectName(folder.name), files.sort());
  }
  return found;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (STAGING.test(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function fileViews(filesByObject: ReadonlyMap<string, readonly string[]>, states: States): View[] {
  return [...filesByObject].flatMap(([name, files]) => {
    const schema = Object.hasOwn(states, name) ? states[name]?.schema : undefined;
    const parts = new Map<string, string[]>();
    for (const file of files) {
      const format = formatOf(file);
      if (format !== undefined) parts.set(format, [...(parts.get(format) ?? []), file]);
    }
    if (parts.size === 0) return [];
    const arrow = parts.get("arrow");
    if (arrow !== undefined) return [arrowView(name, arrow)];
    return [
      sqlView(
        name,
        [...parts]
          .map(([format, paths]) => `select * from ${scan(format, paths, schema)}`)
          .join(" union all by name "),
      ),
    ];
  });
}

function sqlView(name: string, sql: string): View {
  return {
    name,
    create: async (connection, signal) => {
      await connection.run(`create temp view ${quoteIdentifier(name)} as ${sql}`, signal);
    },
  };
}

/** DuckDB does not read Arrow files by itself; their records are copied into a table. */
function arrowView(name: string, files: readonly string[]): View {
  const table = quoteIdentifier(name);
  return {
    name,
    create: async (connection, signal) => {
      const insert = (batch: ColumnBatch, statement: string) =>
        connection.withColumnBatches([batch], (sql) => connection.run(`${statement} ${sql}`, signal));
      let isMade = false;
      for (const file of files)
        for await (const batch of openIpcFile(file, signal)) {
          await insert(batch, isMade ? `insert into ${table} by name` : `create temp table ${table} as`);
          isMade = true;
        }
    },
  };
}

function scan(format: string, files: readonly string[], schema: TableSchema | undefined): string {
  const list = `[${files.map(quoteLiteral).join(", ")}]`;
  const partitions = partitionColumns(files);
  const known = (schema?.fields ?? []).map(({ name, type }) => ({
    name,
    type: columnType(type),
    isPartition: partitions.has(name),
  }));
  const struct = (fields: typeof known) =>
    `{${fields.map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`).join(", ")}}`;
  const options = ["union_by_name = true"];
  if (partitions.size > 0) {
    const typed = known.filter(({ isPartition }) => isPartition);
    options.push(
      "hive_partitioning = true",
      ...(typed.length === 0 ? [] : [`hive_types = ${struct(typed)}`]),
    );
  }
  const stored = known.filter(({ isPartition }) => !isPartition);
  if (format === "parquet") return `read_parquet(${[list, ...options].join(", ")})`;
  if (format === "csv")
    return `read_csv(${[list, "header = true", ...(stored.length === 0 ? [] : [`types = ${struct(stored)}`]), ...options].join(", ")})`;
  return `read_json(${[list, `format = ${format === "json" ? "'array'" : "'newline_delimited'"}`, ...(stored.length === 0 ? [] : [`columns = ${struct(stored)}`]), ...options].join(", ")})`;
}

/** Columns that are written as folders named `column=value`. */
function partitionColumns(files: readonly string[]): ReadonlySet<string> {
  const names = files
    .flatMap((file) => file.split(/[\\/]/).slice(0, -1))
    .filter((part) => part.includes("="));
  return new Set(names.map((part) => objectName(part.slice(0, part.indexOf("=")))));
}

const FORMATS: Readonly<Record<string, string>> = {
  ".parquet": "parquet",
  ".csv": "csv",
  ".json": "json",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".arrow": "arrow",
};

/** The format that DuckDB reads a file as, by its suffix; compression is DuckDB's to find out. */
function formatOf(file: string): string | undefined {
  return FORMATS[extname(file.replace(/\.(gz|zst)$/i, "")).toLowerCase()];
}

/** Names of folders are percent-encoded where a file system could not hold them. */
function objectName(folder: string): string {
  try {
    return decodeURIComponent(folder);
  } catch {
    return folder;
  }
}
