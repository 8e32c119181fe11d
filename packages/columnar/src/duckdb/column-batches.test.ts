import type { ColumnBatch, Field, FieldType, TableSchema } from "@dativo/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { table } from "../../test/arbitraries.js";
import { concatenateBatches } from "../columns/concatenate-batches.js";
import { compilePacker } from "../pack/packer.js";
import { unpackRows } from "../unpack/unpack-rows.js";
import type { Connection } from "./connection.js";
import { DuckDb } from "./duckdb.js";

let database: DuckDb;
let connection: Connection;

beforeAll(async () => {
  database = await DuckDb.open();
  connection = database.connect();
});

afterAll(() => database.close());

const pack = (schema: TableSchema, rows: readonly unknown[]) => compilePacker(schema).pack(rows).batch;

/** Field types without what SQL does not carry: whether a member is required. */
function plain(type: FieldType): FieldType {
  if (type.kind === "list") return { kind: "list", item: plain(type.item) };
  if (type.kind === "struct")
    return { kind: "struct", fields: type.fields.map(({ name, type: of }) => ({ name, type: plain(of) })) };
  return type;
}

async function throughDuckDb(batches: readonly ColumnBatch[]): Promise<ColumnBatch[]> {
  return connection.withColumnBatches(batches, async (sql) => {
    const read: ColumnBatch[] = [];
    for await (const batch of connection.stream(sql)) read.push(batch);
    return read;
  });
}

/** DuckDB takes the ends of these ranges for infinity and cannot cast beyond others; everything else must survive. */
function hasExtreme(value: unknown): boolean {
  if (typeof value === "string") return /^[+-]\d{6}/.test(value);
  if (Array.isArray(value)) return value.some(hasExtreme);
  return typeof value === "object" && value !== null && Object.values(value).some(hasExtreme);
}

describe("batches in DuckDB", () => {
  it("reads every value of every type and streams it back", async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ schema, rows }) => {
        fc.pre(rows.length > 0 && !rows.some(hasExtreme));
        const read = concatenateBatches(await throughDuckDb([pack(schema, rows)]));
        expect(read.schema.fields).toEqual(
          schema.fields.map((field): Field => ({ name: field.name, type: plain(field.type) })),
        );
        expect(unpackRows(read)).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });

  it("reads many batches as one relation", async () => {
    const schema: TableSchema = { fields: [{ name: "id", type: { kind: "integer" } }] };
    const batches = Array.from({ length: 100 }, (_, index) =>
      pack(schema, [{ id: index * 2 }, { id: index * 2 + 1 }]),
    );
    const { rows } = await connection.withColumnBatches(batches, (sql) =>
      connection.query(
        `SELECT count(*) AS n, sum(id)::BIGINT AS total, count(DISTINCT id) AS ids FROM (${sql})`,
      ),
    );
    expect(rows).toEqual([{ n: 200, total: 19_900, ids: 200 }]);
  });

  it("reads a batch without records", async () => {
    const schema: TableSchema = {
      fields: [
        { name: "id", type: { kind: "integer" } },
        { name: "s", type: { kind: "string" } },
      ],
    };
    expect(await throughDuckDb([pack(schema, [])])).toEqual([]);
  });

  it("tells JSON from text", async () => {
    const schema: TableSchema = { fields: [{ name: "j", type: { kind: "json" } }] };
    const { rows } = await connection.withColumnBatches([pack(schema, [{ j: { a: [1] } }])], (sql) =>
      connection.query(`SELECT typeof(j) AS type, j->'a'->>0 AS a FROM (${sql})`),
    );
    expect(rows).toEqual([{ type: "JSON", a: "1" }]);
  });

  it("leaves no view behind, also when the work fails", async () => {
    const schema: TableSchema = { fields: [{ name: "id", type: { kind: "integer" } }] };
    await expect(
      connection.withColumnBatches([pack(schema, [{ id: 1 }])], () =>
        connection.run("SELECT * FROM nowhere"),
      ),
    ).rejects.toMatchObject({ code: "DUCKDB_ERROR" });
    expect((await connection.query("SELECT view_name FROM duckdb_views() WHERE NOT internal")).rows).toEqual(
      [],
    );
  });

  it("waits for statements that nobody waited for before it gives up the buffers", async () => {
    const schema: TableSchema = { fields: [{ name: "id", type: { kind: "integer" } }] };
    await connection.run("CREATE OR REPLACE TABLE later (id BIGINT)");
    let inserted: Promise<number> | undefined;
    await connection.withColumnBatches(
      [
        pack(
          schema,
          Array.from({ length: 50_000 }, (_, id) => ({ id })),
        ),
      ],
      async (sql) => {
        inserted = connection.run(`INSERT INTO later SELECT id FROM (${sql})`);
      },
    );
    expect(await inserted).toBe(50_000);
  });

  it("explains why it does not work inside a transaction", async () => {
    const schema: TableSchema = { fields: [{ name: "id", type: { kind: "integer" } }] };
    await connection.run("CREATE OR REPLACE TABLE staged (id BIGINT); BEGIN; INSERT INTO staged VALUES (1)");
    await expect(
      connection.withColumnBatches([pack(schema, [{ id: 2 }])], (sql) =>
        connection.run(`INSERT INTO staged ${sql}`),
      ),
    ).rejects.toMatchObject({ hint: expect.stringContaining("staging table") as string });
    await connection.run("ROLLBACK");
  });

  it.each([["a", "A"], [""]])("refuses names that DuckDB would change: %s %s", async (...names) => {
    const schema: TableSchema = { fields: names.map((name) => ({ name, type: { kind: "integer" } })) };
    await expect(connection.withColumnBatches([pack(schema, [{}])], async () => 1)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  });

  it("refuses to register nothing", async () => {
    await expect(connection.withColumnBatches([], async () => 1)).rejects.toMatchObject({
      code: "DUCKDB_ERROR",
    });
  });

  it("writes batches into an attached file, not into the file's catalog", async () => {
    const schema: TableSchema = { fields: [{ name: "id", type: { kind: "integer" } }] };
    const { mkdtemp, rm } = await import("node:fs/promises");
    const { tmpdir } = await import("node:os");
    const { join } = await import("node:path");
    const folder = await mkdtemp(join(tmpdir(), "columnar-"));
    const alias = await database.attach(join(folder, "x.duckdb"));
    const writer = database.connect();
    await writer.run(`USE ${alias}; CREATE TABLE t (id BIGINT)`);
    await writer.withColumnBatches([pack(schema, [{ id: 1 }, { id: 2 }])], (sql) =>
      writer.run(`INSERT INTO t ${sql}`),
    );
    const views = await writer.query(
      "SELECT count(*) AS n FROM duckdb_views() WHERE database_name = ? AND NOT internal",
      [alias],
    );
    expect(views.rows).toEqual([{ n: 0 }]);
    expect((await writer.query("SELECT id FROM t ORDER BY id")).rows).toEqual([{ id: 1 }, { id: 2 }]);
    await writer.close();
    await database.detach(alias);
    await rm(folder, { recursive: true });
  });
});
