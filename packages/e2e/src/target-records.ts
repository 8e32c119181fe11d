import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDb, openIpcFile, unpackRows } from "@dativo/columnar";
import type { Project } from "./dativo.js";
import type { Destination } from "./kill-job.js";

/** Every record of the target as one line of text, sorted: two targets hold the same multiset when these are equal. */
export async function targetRecords(project: Project, destination: Destination): Promise<string[]> {
  const columns = ["zip_code", "latitude", "longitude", "city", "state", "county", "updated", "edition"];
  const line = (row: Record<string, unknown>) => columns.map((name) => String(row[name])).join("|");
  const lines: string[] = [];
  if (destination.from.startsWith("arrow(")) {
    const folder = project.path("out", "zipcodes");
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".arrow")))
      for await (const batch of openIpcFile(join(folder, file))) lines.push(...unpackRows(batch).map(line));
    return lines.sort();
  }
  const database = await DuckDb.open();
  try {
    const connection = database.connect();
    const put = (sql: string) => sql.replaceAll("$FOLDER", project.folder);
    if (destination.attach) await connection.run(put(destination.attach));
    const { rows } = await connection.query(`SELECT ${columns.map((name) => `${name}::varchar AS ${name}`).join(", ")} FROM ${put(destination.from)}`);
    lines.push(...rows.map(line));
    await connection.close();
  } finally {
    await database.close();
  }
  return lines.sort();
}
