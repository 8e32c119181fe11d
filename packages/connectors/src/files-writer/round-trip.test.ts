import { unpackRows } from "@dativo/columnar";
import type { ColumnBatch, TableSchema } from "@dativo/sdk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtinReaders, builtinWriters } from "../builtin.js";
import type { FileFormat } from "../files/file-format.js";
import { formatFieldType } from "../schema/field-types.js";
import { arbitraryTable } from "../testing/arbitrary-tables.js";
import {
  extract,
  openReader,
  openWriter,
  rejectsOf,
  rowsOf,
  temporaryFolder,
  writeAll,
} from "../testing/open-plugins.js";

/** Rows in an order of their own, with what JSON cannot tell apart made the same. */
function canonical(rows: readonly Record<string, unknown>[], schema: TableSchema): string[] {
  const names = schema.fields.map((field) => field.name);
  return rows.map((row) => JSON.stringify(names.map((name) => plain(row[name])))).sort();
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}`;
  if (typeof value === "number")
    return Number.isInteger(value) && !Object.is(value, -0)
      ? `${BigInt(value)}`
      : `${Object.is(value, -0) ? "-0" : value}`;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  return value ?? null;
}

async function roundTrip(format: FileFormat, schema: TableSchema, batch: ColumnBatch, options = {}) {
  const base = temporaryFolder();
  const writer = await openWriter(await builtinWriters[format](), { engine: { options } }, { base });
  const files = await writeAll(writer, batch, schema);
  expect(files.reduce((sum, file) => sum + (file.record_count ?? 0), 0)).toBe(batch.recordCount);
  const columns =
    format === "parquet" || format === "arrow"
      ? {}
      : Object.fromEntries(schema.fields.map((field) => [field.name, formatFieldType(field.type)]));
  const reader = await openReader(
    await builtinReaders[format](),
    { files: [{ path: "things/*", object: "things", columns }] },
    base,
  );
  const events = await extract(reader, ["things"]);
  return { rows: await rowsOf(events), rejects: await rejectsOf(events) };
}

describe.each(["parquet", "arrow", "csv", "jsonl", "json"] as const)("%s", (format) => {
  it("gives back every value of every type", async () => {
    await fc.assert(
      // A CSV of one column cannot tell a null from an empty line.
      fc.asyncProperty(arbitraryTable({ columns: format === "csv" ? 2 : 1 }), async ({ schema, batch }) => {
        const { rows, rejects } = await roundTrip(format, schema, batch);
        expect(rejects).toEqual([]);
        expect(canonical(rows, schema)).toEqual(canonical(unpackRows(batch), schema));
      }),
      { numRuns: Number(process.env.ROUND_TRIP_RUNS ?? 25) },
    );
  });
});
