import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtinReaders, builtinWriters } from "../builtin.js";
import { dataset, extract, lastState, openReader, openWriter, query, rowsOf, temporaryFolder, writeAll } from "../testing/open-plugins.js";

it("moves a Parquet file into Parquet without touching the values", async () => {
  const base = temporaryFolder();
  const reader = await openReader(await builtinReaders.parquet(), { files: [{ path: dataset("flights-3m.parquet"), object: "flights" }] }, base);
  const events = await extract(reader, ["flights"]);
  const batch = events.find((event) => event.type === "batch");
  if (batch?.data.form !== "relation") throw new Error("expected a query");
  expect(batch.data.recordCount).toBe(3_000_000);
  const writer = await openWriter(await builtinWriters.parquet(), {}, { base, object: "flights" });
  const files = await writeAll(writer, batch.data, batch.data.schema);
  expect(files.map((file) => file.record_count)).toEqual([3_000_000]);
  expect(readdirSync(base)).toEqual(["flights"]);
  expect(await query(`SELECT count(*) AS n, sum(delay) AS d FROM '${join(base, "flights")}/*.parquet'`)).toEqual(
    await query(`SELECT count(*) AS n, sum(delay) AS d FROM '${dataset("flights-3m.parquet")}'`),
  );
  expect(lastState(events)).toBeDefined();
});

it("reads zipcodes with their leading zeros", async () => {
  const base = temporaryFolder();
  const reader = await openReader(await builtinReaders.csv(), { files: [{ path: dataset("zipcodes.csv") }] }, base);
  const rows = await rowsOf(await extract(reader, ["zipcodes"]));
  expect(rows).toHaveLength(42_049);
  expect(rows.some((row) => row.zip_code === "00501")).toBe(true);
});
