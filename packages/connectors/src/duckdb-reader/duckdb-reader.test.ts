import { join } from "node:path";
import { DuckDb } from "@dativo/columnar";
import type { Json } from "@dativo/sdk";
import { describe, expect, it } from "vitest";
import { builtinReaders } from "../builtin.js";
import { extract, lastState, openReader, rowsOf, signal, temporaryFolder } from "../testing/open-plugins.js";

async function database(sql: (alias: string) => string): Promise<string> {
  const base = temporaryFolder();
  await change(base, sql);
  return base;
}

async function change(base: string, sql: (alias: string) => string): Promise<void> {
  const shared = await DuckDb.shared();
  const alias = await shared.attach(join(base, "db.duckdb"));
  const connection = shared.connect();
  await connection.run(sql(alias));
  await connection.close();
  await shared.detach(alias);
}

/** The events of one run, whose reader is closed at its end. */
async function runOnce(base: string, tables: readonly Record<string, unknown>[], state?: Json) {
  const reader = await open(base, tables);
  const events = await extract(reader, ["t"], state === undefined ? {} : { state: { t: state } });
  await reader.close();
  return events;
}

async function open(
  base: string,
  tables: readonly Record<string, unknown>[] = [],
  objects: readonly string[] = [],
) {
  return openReader(
    await builtinReaders.duckdb(),
    { connection: { path: "db.duckdb" }, tables: tables as never, objects },
    base,
  );
}

describe("tables", () => {
  it("are all read when none is named, as queries that any session can run", async () => {
    const base = await database(
      (db) =>
        `CREATE TABLE ${db}.main."b c" AS SELECT 1 AS x; CREATE VIEW ${db}.main.a AS SELECT 'v' AS y; CREATE TABLE ${db}.main._dativo_commits (x INTEGER)`,
    );
    const reader = await open(base);
    expect((await reader.discover(signal)).objects.map(({ name, columns }) => [name, columns])).toEqual([
      ["a", [{ name: "y", type: "string" }]],
      ["b c", [{ name: "x", type: "integer" }]],
    ]);
    const events = await extract(reader, ["b c", "a"]);
    expect(events.flatMap((event) => (event.type === "batch" ? [event.data.form] : []))).toEqual([
      "relation",
      "relation",
    ]);
    expect(await rowsOf(events)).toEqual([{ x: 1 }, { y: "v" }]);
    expect(await reader.estimate({ objects: ["a"], state: {} }, signal)).toBe(1);
  });

  it("keep types that no field type has by another name", async () => {
    const base = await database(
      (db) =>
        `CREATE TABLE ${db}.main.t AS SELECT 1::UTINYINT AS a, 170141183460469231731687303715884105::HUGEINT AS b, '12:00'::TIME AS c, MAP {'k': 1} AS d, 1.5::FLOAT AS e, uuid '00000000-0000-0000-0000-000000000001' AS f, TIMESTAMP_NS '2020-01-01 00:00:00.000001' AS g, 'x'::ENUM('x') AS h`,
    );
    expect(await rowsOf(await extract(await open(base), ["t"]))).toEqual([
      {
        a: 1,
        b: "170141183460469231731687303715884105",
        c: "12:00:00",
        d: { k: 1 },
        e: 1.5,
        f: "00000000-0000-0000-0000-000000000001",
        g: "2020-01-01T00:00:00.000001",
        h: "x",
      },
    ]);
  });

  it("may be queries, in the names of the database", async () => {
    const base = await database((db) => `CREATE TABLE ${db}.main.t AS FROM range(5) r(i)`);
    const reader = await open(base, [
      { object: "even", query: "SELECT i FROM t WHERE i % 2 = 0 -- even\n;" },
    ]);
    expect((await rowsOf(await extract(reader, ["even"]))).map((row) => row.i).sort()).toEqual([0, 2, 4]);
  });

  it.each([
    [[{ name: "t", cursor: "nope" }], /no column nope/],
    [[{ query: "SELECT 1" }], /source\.tables\[0\]/],
    [[{ name: "t", kursor: "i" }], /kursor/],
  ])("refuse %j", async (tables, message) => {
    const base = await database((db) => `CREATE TABLE ${db}.main.t AS FROM range(5) r(i)`);
    await expect(extract(await open(base, tables), ["t"])).rejects.toMatchObject({
      code: "CONFIGURATION_ERROR",
      message: expect.stringMatching(message),
    });
  });
});

describe("a cursor", () => {
  it("is followed from run to run without losing or doubling records that share its value", async () => {
    const base = await database(
      (db) =>
        `CREATE TABLE ${db}.main.t (id BIGINT, "at" TIMESTAMPTZ); INSERT INTO ${db}.main.t VALUES (1, '2020-01-01 00:00:00+00'), (2, '2020-01-01 00:00:00.000001+00'), (3, '2020-01-01 00:00:00.000001+00')`,
    );
    const tables = [{ name: "t", cursor: "at", key: "id" }];
    const first = await runOnce(base, tables);
    expect((await rowsOf(first)).map((row) => row.id)).toEqual([1, 2, 3]);
    await change(
      base,
      (db) =>
        `INSERT INTO ${db}.main.t VALUES (4, '2020-01-01 00:00:00.000001+00'), (5, '2021-01-01 00:00:00+00')`,
    );
    const second = await runOnce(base, tables, lastState(first));
    expect((await rowsOf(second)).map((row) => row.id)).toEqual([4, 5]);
    const third = await runOnce(base, tables, lastState(second));
    expect(await rowsOf(third)).toEqual([]);
  });

  it.each([
    ["BIGINT", "i"],
    ["DECIMAL(18,3)", "i"],
    ["DATE", "DATE '2020-01-01' + i::INTEGER"],
    ["VARCHAR", "lpad(i::VARCHAR, 4, '0')"],
  ])("may be %s", async (type, expression) => {
    const base = await database(
      (db) =>
        `CREATE TABLE ${db}.main.t AS SELECT i AS id, (${expression})::${type} AS c FROM range(30) r(i)`,
    );
    const tables = [{ name: "t", cursor: "c", key: "id" }];
    const first = await runOnce(base, tables);
    await change(
      base,
      (db) =>
        `INSERT INTO ${db}.main.t SELECT i AS id, (${expression})::${type} AS c FROM range(30, 40) r(i)`,
    );
    const second = await runOnce(base, tables, lastState(first));
    expect((await rowsOf(second)).map((row) => row.id)).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
  });
});

it("names a file that does not exist", async () => {
  const reader = await open(temporaryFolder());
  expect(await reader.check(signal)).toMatchObject({
    success: false,
    message: expect.stringContaining("db.duckdb"),
  });
});
