import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { duckDbSourceConnectionSchema, duckDbTargetConnectionSchema } from "./duckdb/database-file.js";
import { tableEntrySchema } from "./duckdb-reader/table-entry.js";
import { duckDbTargetOptionsSchema } from "./duckdb-writer/duckdb-writer.js";
import { fileEntrySchema, fileSourceConnectionSchema } from "./files-reader/file-entry.js";
import { filesTargetConnectionSchema, filesTargetOptionsSchema } from "./files-writer/files-options.js";
import { optionTable } from "./testing/option-table.js";

const PATH = fileURLToPath(new URL("../README.md", import.meta.url));

const TABLES = {
  "source.connection of files": fileSourceConnectionSchema,
  "source.files": fileEntrySchema,
  "target.connection of files": filesTargetConnectionSchema,
  "target.engine.options of files": filesTargetOptionsSchema,
  "source.connection of duckdb": duckDbSourceConnectionSchema,
  "source.tables": tableEntrySchema,
  "target.connection of duckdb": duckDbTargetConnectionSchema,
  "target.engine.options of duckdb": duckDbTargetOptionsSchema,
};

it.each(Object.entries(TABLES))(
  "README.md has the options of %s as they are (UPDATE_README=1 writes them)",
  (name, schema) => {
    const text = readFileSync(PATH, "utf8");
    const [begin, end] = [`<!-- options: ${name} -->\n`, "\n<!-- end -->"];
    const from = text.indexOf(begin) + begin.length;
    expect(from).toBeGreaterThanOrEqual(begin.length);
    const to = text.indexOf(end, from);
    const table = optionTable(schema);
    if (process.env.UPDATE_README === "1") writeFileSync(PATH, text.slice(0, from) + table + text.slice(to));
    else expect(unaligned(text.slice(from, to))).toBe(unaligned(table));
  },
);

/** A table without the spaces that a formatter aligns its columns with. */
function unaligned(table: string): string {
  return table.trim().replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}
