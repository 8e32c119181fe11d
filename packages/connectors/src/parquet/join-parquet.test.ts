import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDb, unpackRows } from "@dativo/columnar";
import type { TableSchema } from "@dativo/sdk";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arbitraryTable, packed, type Table } from "../testing/arbitrary-tables.js";
import { query, temporaryFolder } from "../testing/open-plugins.js";
import { joinParquet } from "./join-parquet.js";

let database: DuckDb;
beforeAll(async () => {
  database = await DuckDb.open();
});
afterAll(() => database.close());

/** Writes tables as files of their own and returns the paths. */
async function written(tables: readonly Table[], options = ""): Promise<[string, ...string[]]> {
  const folder = temporaryFolder();
  const connection = database.connect();
  const paths: string[] = [];
  for (const { batch } of tables) {
    const path = join(folder, `${paths.length}.parquet`);
    await connection.withColumnBatches([batch], (sql) =>
      connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet${options})`),
    );
    paths.push(path);
  }
  await connection.close();
  return paths as [string, ...string[]];
}

const schema: TableSchema = {
  fields: [
    { name: "id", type: { kind: "integer" } },
    { name: "city", type: { kind: "string" } },
  ],
};
const CITIES = ["Berlin", "Köln", "Ulm"];
const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({
    id: from + index,
    city: CITIES[(from + index) % 3] ?? null,
  }));

it("gives back the records of all files in order, of every type", async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryTable().chain((table) =>
        fc.tuple(fc.constant(table), fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 4 })),
      ),
      async ([table, cuts]) => {
        const all = unpackRows(table.batch);
        const starts = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b)];
        const pieces = starts
          .map((start, index) => all.slice(start, starts[index + 1]))
          .filter((piece) => piece.length > 0);
        const [first, ...others] = await written(pieces.map((piece) => packed(table.schema, piece)));
        const [whole] = await written([table]);
        await joinParquet([first, ...others]);
        const read = (path: string) =>
          query(`SELECT * FROM read_parquet('${path}', file_row_number = true) ORDER BY file_row_number`);
        expect(await read(first)).toEqual(await read(whole));
      },
    ),
    { numRuns: 40 },
  );
});

describe("a joined file", () => {
  it("is read by others too, with what it says of its row groups", async () => {
    const [first, ...others] = await written(
      [0, 1, 2, 3].map((piece) => packed(schema, rows(piece * 5000, (piece + 1) * 5000))),
      ", ROW_GROUP_SIZE 2048",
    );
    const groups = await Promise.all([first, ...others].map((path) => rowGroups(path)));
    await joinParquet([first, ...others]);
    const bytes = readFileSync(first);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const records = await parquetReadObjects({ file });
    expect(records.map(({ id, city }) => ({ id: Number(id), city }))).toEqual(rows(0, 20_000));
    // Counts and statistics are those of the pieces, so that filters by them find what they should.
    expect(await rowGroups(first)).toEqual(groups.flat());
    expect(await query(`SELECT num_rows AS n FROM parquet_file_metadata('${first}')`)).toEqual([
      { n: 20_000 },
    ]);
    expect(await query(`SELECT id FROM '${first}' WHERE id = 17123`)).toEqual([{ id: 17_123 }]);
    expect(await query(`SELECT count(*) AS n FROM '${first}' WHERE city = 'Köln'`)).toEqual([{ n: 6667 }]);
    expect(
      await query(
        `SELECT bool_or(bloom_filter_excludes) AS excludes FROM parquet_bloom_probe('${first}', 'city', 'Köln')`,
      ),
    ).toEqual([{ excludes: false }]);
  });

  it("is the file itself when there is one", async () => {
    const [only] = await written([packed(schema, rows(0, 10))]);
    const before = readFileSync(only);
    await joinParquet([only]);
    expect(readFileSync(only).equals(before)).toBe(true);
  });
});

it.each([
  ["is no Parquet file", (path: string) => writeFileSync(path, "id,city\n1,Ulm\n")],
  ["is no Parquet file", (path: string) => truncateSync(path, 5)],
])("refuses a file that %s", async (problem, spoil) => {
  const [first, second] = await written([packed(schema, rows(0, 10)), packed(schema, rows(10, 20))]);
  spoil(second as string);
  await expect(joinParquet([first, second as string])).rejects.toMatchObject({
    code: "INTERNAL",
    message: expect.stringContaining(`${second} ${problem}`) as string,
  });
});

it("refuses a file of other columns", async () => {
  const other = packed({ fields: [{ name: "id", type: { kind: "string" } }] }, [{ id: "a" }]);
  const [first, second] = await written([packed(schema, rows(0, 10)), other]);
  await expect(joinParquet([first, second as string])).rejects.toMatchObject({
    code: "INTERNAL",
    message: expect.stringContaining("has other columns") as string,
  });
});

/** What the footer says of each row group, without places. */
function rowGroups(path: string) {
  return query(
    `SELECT row_group_num_rows, path_in_schema, type, stats_min_value, stats_max_value, stats_null_count, num_values, total_compressed_size FROM parquet_metadata('${path}') ORDER BY row_group_id, column_id`,
  );
}
