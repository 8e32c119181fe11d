import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { DuckDb, quoteLiteral } from "@dativo/columnar";
import { parseLosslessJson, type Row } from "@dativo/protocol";

/** All files below a folder, as paths relative to it with forward slashes, in order. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .sort();
  } catch {
    return [];
  }
}

/** Whether readers of a folder of data take a file for data: no part of its path starts with `.` or `_`. */
export function isVisible(path: string): boolean {
  return !path.split("/").some((part) => part.startsWith(".") || part.startsWith("_"));
}

/**
 * The rows of all visible files below a folder, read without the writer: JSON, JSON lines, CSV, Parquet and Arrow.
 *
 * Undefined when there are visible files and none is in one of these forms.
 */
export async function readFolder(folder: string): Promise<readonly Row[] | undefined> {
  const visible = filesBelow(folder).filter(isVisible);
  const rows: Row[] = [];
  let readable = visible.length === 0;
  for (const path of visible) {
    const found = await readDataFile(join(folder, path));
    if (found === undefined) continue;
    readable = true;
    for (const row of found) rows.push(row);
  }
  return readable ? rows : undefined;
}

async function readDataFile(path: string): Promise<readonly Row[] | undefined> {
  switch (extname(path).toLowerCase()) {
    case ".json":
    case ".jsonl":
    case ".ndjson":
      return jsonRows(readFileSync(path, "utf8"));
    case ".csv":
      return query(`select * from read_csv(${quoteLiteral(path)}, all_varchar = true, header = true)`);
    case ".parquet":
      return query(`select * from read_parquet(${quoteLiteral(path)}, hive_partitioning = false)`);
    default:
      return undefined;
  }
}

function jsonRows(text: string): Row[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  if (trimmed.startsWith("[")) return parseLosslessJson(trimmed) as Row[];
  return trimmed.split("\n").map((line) => parseLosslessJson(line) as Row);
}

async function query(sql: string): Promise<readonly Row[]> {
  const database = await DuckDb.shared();
  const connection = await database.connect();
  try {
    return (await connection.query(sql)).rows;
  } finally {
    await connection.close();
  }
}
