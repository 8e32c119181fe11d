import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDb, openIpcFile, unpackRows } from "@dativo/columnar";
import type { Project } from "./dativo.js";
import { type Destination, sourceRecords } from "./kill-job.js";

/** Columns of the kill job. */
const COLUMNS = ["zip_code", "latitude", "longitude", "city", "state", "county", "updated", "edition"];

/** Every record of the target as one line of text, sorted; none when the target is not there. */
export async function targetRecords(project: Project, destination: Destination): Promise<string[]> {
  const { extension, table } = destination;
  if (table !== undefined) return tableRecords(project.path("out", "target.duckdb"), table);
  const folder = project.path("out", "zipcodes");
  const files = filesIn(folder).filter((name) => name.endsWith(`.${extension}`));
  if (extension !== "arrow")
    return files.length === 0
      ? []
      : fileRecords(
          destination,
          files.map((name) => join(folder, name)),
        );
  const lines: string[] = [];
  for (const file of files)
    for await (const batch of openIpcFile(join(folder, file))) lines.push(...unpackRows(batch).map(line));
  return lines.sort();
}

/** What the target holds, as `targetRecords` says it, once the job has read everything. */
export function expectedRecords(edition: number): string[] {
  return sourceRecords()
    .map((record) => line({ ...record, edition }))
    .sort();
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** One database for all that a test file looks at; opening one takes as long as reading a target. */
let opened: Promise<DuckDb> | undefined;

function database(): Promise<DuckDb> {
  opened ??= DuckDb.open();
  return opened;
}

async function fileRecords({ read }: Destination, files: readonly string[]): Promise<string[]> {
  const list = files.map((file) => `'${file}'`).join(", ");
  return await queried(
    await database(),
    `${read}([${list}]${read === "read_csv" ? ", all_varchar = true" : ""})`,
  );
}

async function tableRecords(file: string, table: string): Promise<string[]> {
  if (!filesIn(join(file, "..")).includes("target.duckdb")) return [];
  await using database = await DuckDb.open();
  const connection = database.connect();
  await connection.run(`ATTACH '${file}' AS target (READ_ONLY)`);
  const { rows } = await connection.query(
    "SELECT 1 FROM duckdb_tables() WHERE database_name = 'target' AND table_name = 'zipcodes'",
  );
  await connection.close();
  return rows.length === 0 ? [] : await queried(database, table);
}

async function queried(database: DuckDb, from: string): Promise<string[]> {
  const connection = database.connect();
  const { rows } = await connection.query(
    `SELECT ${COLUMNS.map((name) => `${name}::varchar AS ${name}`).join(", ")} FROM ${from}`,
  );
  await connection.close();
  return rows.map(line).sort();
}

/** A record as text that is the same whichever format it went through. */
function line(row: Record<string, unknown>): string {
  return COLUMNS.map((name) => {
    if (name === "updated") return instant(row[name]);
    return name === "latitude" || name === "longitude" ? Number(row[name]) : String(row[name]);
  }).join("|");
}

function instant(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  const text = String(value)
    .replace(" ", "T")
    .replace(/([+-]\d\d)$/, "$1:00");
  return new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`).toISOString();
}
