import { mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unpackRows } from "../unpack/unpack-rows.js";
import type { Connection } from "./connection.js";
import { DuckDb } from "./duckdb.js";

/** A query that would run for minutes. */
const ENDLESS = "SELECT count(*) FROM range(100000000000) AS a";

let database: DuckDb;
let connection: Connection;
let folder: string;

beforeAll(async () => {
  database = await DuckDb.open();
  connection = database.connect();
  folder = await mkdtemp(join(tmpdir(), "columnar-"));
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

describe("statements", () => {
  it("returns the rows that a statement changed", async () => {
    await connection.run("CREATE TABLE changed (id BIGINT)");
    expect(await connection.run("INSERT INTO changed VALUES (1), (2), (3)")).toBe(3);
    expect(await connection.run("DELETE FROM changed WHERE id > 1")).toBe(2);
    expect(await connection.run(`COPY (FROM range(10)) TO '${join(folder, "ten.parquet")}'`)).toBe(10);
  });

  it("runs several statements at once", async () => {
    await connection.run("CREATE TABLE one (id BIGINT); INSERT INTO one VALUES (7);");
    expect((await connection.query("FROM one")).rows).toEqual([{ id: 7 }]);
  });

  it("binds parameters of every type", async () => {
    const at = new Date("2026-01-04T10:00:00.123Z");
    const values = [null, true, 42, 2n ** 62n, 1.5, "it's\0é😀", new Uint8Array([0, 1]), at, ""];
    const { rows } = await connection.query("SELECT ? a, ? b, ? c, ? d, ? e, ? f, ? g, ? h, ? i", values);
    expect(rows).toEqual([
      {
        a: null,
        b: true,
        c: 42,
        d: 2n ** 62n,
        e: 1.5,
        f: "it's\0é😀",
        g: new Uint8Array([0, 1]),
        h: "2026-01-04T10:00:00.123Z",
        i: "",
      },
    ]);
  });

  it("casts the result of a statement with parameters", async () => {
    const { rows } = await connection.query("SELECT ?::INTEGER + 1 AS n, ?::UUID AS id", [
      41,
      "00000000-0000-0000-0000-000000000001",
    ]);
    expect(rows).toEqual([{ n: 42, id: "00000000-0000-0000-0000-000000000001" }]);
  });

  it("refuses the wrong number of parameters", async () => {
    await expect(connection.query("SELECT ?, ?", [1])).rejects.toMatchObject({ code: "DUCKDB_ERROR" });
  });

  it("gives columns of the same name different names", async () => {
    const { rows } = await connection.query("SELECT 1 AS a, 2 AS a, 3 AS a_1");
    expect(rows).toEqual([{ a: 1, a_2: 2, a_1: 3 }]);
  });

  it("keeps the result's schema when there are no rows", async () => {
    const { schema, rows } = await connection.query("SELECT 1::BIGINT AS a WHERE false");
    expect(rows).toEqual([]);
    expect(schema).toEqual({ fields: [{ name: "a", type: { kind: "integer" } }] });
  });

  it("works in UTC and offline", async () => {
    const { rows } = await connection.query(
      "SELECT current_setting('TimeZone') z, current_setting('autoload_known_extensions') a, current_setting('preserve_insertion_order') p",
    );
    expect(rows).toEqual([{ z: "UTC", a: false, p: false }]);
    const extensions = await connection.query(
      "SELECT extension_name AS name FROM duckdb_extensions() WHERE loaded",
    );
    expect(extensions.rows.map((row) => row.name)).toEqual(
      expect.arrayContaining(["icu", "json", "parquet"]),
    );
  });
});

describe("types", () => {
  const cases: [sql: string, type: object, value: unknown][] = [
    ["1::TINYINT", { kind: "integer" }, 1],
    ["4294967295::UINTEGER", { kind: "integer" }, 4_294_967_295],
    ["18446744073709551615::UBIGINT", { kind: "decimal", precision: 20, scale: 0 }, "18446744073709551615"],
    [
      "(-170141183460469231731)::HUGEINT",
      { kind: "decimal", precision: 38, scale: 0 },
      "-170141183460469231731",
    ],
    ["1.5::FLOAT", { kind: "number" }, 1.5],
    ["'NaN'::DOUBLE", { kind: "number" }, Number.NaN],
    ["12.50::DECIMAL(4,2)", { kind: "decimal", precision: 4, scale: 2 }, "12.50"],
    ["12.50::DECIMAL(38,10)", { kind: "decimal", precision: 38, scale: 10 }, "12.5000000000"],
    ["'ab'::BLOB", { kind: "binary" }, new Uint8Array([97, 98])],
    ["DATE '2024-02-29'", { kind: "date" }, "2024-02-29"],
    ["TIME '10:30:00.5'", { kind: "string" }, "10:30:00.5"],
    ["INTERVAL 3 DAY", { kind: "string" }, "3 days"],
    [
      "TIMESTAMP '2024-01-01 10:00:00.123456'",
      { kind: "timestamp", zone: false },
      "2024-01-01T10:00:00.123456",
    ],
    ["TIMESTAMP_S '2024-01-01 10:00:00'", { kind: "timestamp", zone: false }, "2024-01-01T10:00:00"],
    ["TIMESTAMP_MS '2024-01-01 10:00:00.120'", { kind: "timestamp", zone: false }, "2024-01-01T10:00:00.120"],
    [
      "TIMESTAMP_NS '2024-01-01 10:00:00.123456'",
      { kind: "timestamp", zone: false },
      "2024-01-01T10:00:00.123456",
    ],
    ["NULL::TIMESTAMP_NS", { kind: "timestamp", zone: false }, null],
    ["TIMESTAMPTZ '2024-01-01 10:00:00+02'", { kind: "timestamp", zone: true }, "2024-01-01T08:00:00Z"],
    ["'a'::ENUM('a', 'b')", { kind: "string" }, "a"],
    ["'101'::BIT", { kind: "string" }, "101"],
    ["NULL", { kind: "integer" }, null],
    [`'{"a": 12345678901234567890}'::JSON`, { kind: "json" }, { a: 12345678901234567890n }],
    ["MAP {'a': 1}", { kind: "json" }, { a: 1 }],
    ["[1, NULL]", { kind: "list", item: { kind: "integer" } }, [1, null]],
    ["[1, 2]::SMALLINT[2]", { kind: "list", item: { kind: "integer" } }, [1, 2]],
    [
      "{'a': 1::UTINYINT, 'b': [{'c': 'x'}]}",
      {
        kind: "struct",
        fields: [
          { name: "a", type: { kind: "integer" } },
          {
            name: "b",
            type: {
              kind: "list",
              item: { kind: "struct", fields: [{ name: "c", type: { kind: "string" } }] },
            },
          },
        ],
      },
      { a: 1, b: [{ c: "x" }] },
    ],
    [
      "[TIMESTAMP_NS '2024-01-01 10:00:00.123456789']",
      { kind: "list", item: { kind: "string" } },
      ["2024-01-01 10:00:00.123456789"],
    ],
  ];

  it.each(cases)("reads %s", async (sql, type, value) => {
    const { schema, rows } = await connection.query(`SELECT ${sql} AS v`);
    expect(schema.fields).toEqual([{ name: "v", type }]);
    expect(rows).toEqual([{ v: value }]);
    expect(await connection.describe(`SELECT ${sql} AS v`)).toEqual({ fields: [{ name: "v", type }] });
  });

  it("fails rather than cut nanoseconds off", async () => {
    await expect(
      connection.query("SELECT TIMESTAMP_NS '2024-01-01 10:00:00.123456789' AS v"),
    ).rejects.toThrow(/beyond the microsecond/);
  });
});

describe("deep statements", () => {
  it("plans them without overflowing the stack of a thread", async () => {
    const nested = `${"SELECT * FROM (".repeat(100)}SELECT 1 AS v${")".repeat(100)}`;
    expect((await connection.query(nested)).rows).toEqual([{ v: 1 }]);
    const union = Array.from({ length: 500 }, () => "SELECT 1 AS v").join(" UNION ALL ");
    expect((await connection.query(union)).rows).toHaveLength(500);
  });
});

describe("errors", () => {
  it.each([
    ["SELEC 1", "DUCKDB_ERROR", /syntax error/],
    ["FROM nowhere", "DUCKDB_ERROR", /nowhere does not exist/],
    ["SELECT 'x'::INTEGER", "DUCKDB_ERROR", /Could not convert/],
    ["COPY (SELECT range FROM range(1000000)) TO '/dev/full' (FORMAT csv)", "TARGET_FULL", /No space left/],
  ])("reports %s", async (sql, code, message) => {
    await expect(connection.run(sql)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    await expect(connection.query(sql)).rejects.toMatchObject({ code });
  });

  it("keeps the statement out of the message", async () => {
    const failure = await connection.run("SELECT 'secret', FROM FROM").catch((error: unknown) => error);
    expect(String((failure as Error).message)).not.toContain("secret");
  });

  it("reports what fails while a result is streamed", async () => {
    const read = async () => {
      for await (const _ of connection.stream(
        "SELECT CASE WHEN range = 900000 THEN error('boom') ELSE 'a' END AS v FROM range(1000000)",
      ));
    };
    await expect(read()).rejects.toMatchObject({
      code: "DUCKDB_ERROR",
      message: expect.stringContaining("boom") as string,
    });
    expect((await connection.query("SELECT 1 AS a")).rows).toEqual([{ a: 1 }]);
  });
});

describe("stopping", () => {
  it("interrupts a statement", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 20);
    await expect(connection.run(ENDLESS, controller.signal)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect((await connection.query("SELECT 1 AS a")).rows).toEqual([{ a: 1 }]);
  });

  it("does not begin a statement whose signal has fired", async () => {
    await expect(connection.run("CREATE TABLE never (id INT)", AbortSignal.abort())).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    await expect(connection.run("FROM never")).rejects.toMatchObject({ code: "DUCKDB_ERROR" });
  });

  it("interrupts a query and a stream", async () => {
    await expect(connection.query(ENDLESS, [], AbortSignal.timeout(20))).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of connection.stream("FROM range(100000000000)", { signal: controller.signal }))
        controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect((await connection.query("SELECT 1 AS a")).rows).toEqual([{ a: 1 }]);
  });

  it("closes a connection that runs a statement", async () => {
    const other = database.connect();
    const running = other.run(ENDLESS);
    running.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await other.close();
    await expect(running).rejects.toMatchObject({ code: "DUCKDB_ERROR" });
    await expect(other.run("SELECT 1")).rejects.toMatchObject({
      message: expect.stringContaining("closed") as string,
    });
    await other.close();
  });

  it("does not let a stream look complete when its connection was closed", async () => {
    const other = database.connect();
    const batches = other.stream("FROM range(1000000)", { batchRows: 2048 });
    await batches.next();
    await other.close();
    await expect(batches.next()).rejects.toMatchObject({
      message: expect.stringContaining("closed") as string,
    });
  });

  it("closes an instance with everything that runs on it", async () => {
    const other = await DuckDb.open();
    const running = [other.connect(), other.connect()].map((each) => each.run(ENDLESS));
    for (const each of running) each.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await other.close();
    for (const each of running) await expect(each).rejects.toMatchObject({ code: "DUCKDB_ERROR" });
    expect(() => other.connect()).toThrow(/closed/);
  });
});

describe("streaming", () => {
  it("cuts a result into batches of the size asked for", async () => {
    const counts: number[] = [];
    let next = 0;
    for await (const batch of connection.stream(
      "SELECT range AS id, 'text ' || range AS text FROM range(100000) ORDER BY id",
      { batchRows: 10_000 },
    )) {
      counts.push(batch.recordCount);
      for (const row of unpackRows(batch)) expect(row.id).toBe(next++);
    }
    expect(next).toBe(100_000);
    expect(Math.max(...counts)).toBeLessThan(10_000 + 2048);
    expect(counts.length).toBeGreaterThan(8);
  });

  it("cuts a result by bytes", async () => {
    for await (const batch of connection.stream("SELECT repeat('x', 1000) AS v FROM range(10000)", {
      batchBytes: 100_000,
    }))
      expect(batch.byteSize).toBeLessThan(100_000 + 2048 * 1004);
  });

  it("frees the connection when a stream is left", async () => {
    for await (const _ of connection.stream("FROM range(1000000)", { batchRows: 2048 })) break;
    expect((await connection.query("SELECT 1 AS a")).rows).toEqual([{ a: 1 }]);
  });

  it("refuses a second statement while it streams, and works on another connection", async () => {
    const other = database.connect();
    for await (const _ of connection.stream("FROM range(10000)")) {
      await expect(connection.run("SELECT 1")).rejects.toMatchObject({
        hint: expect.stringContaining("second connection") as string,
      });
      expect((await other.query("SELECT 1 AS a")).rows).toEqual([{ a: 1 }]);
    }
    await other.close();
  });

  it("runs more statements at once than the thread pool has threads", async () => {
    const connections = Array.from({ length: 8 }, () => database.connect());
    const results = await Promise.all(
      connections.map((each, index) => each.query(`SELECT count(*) + ${index} AS n FROM range(200000)`)),
    );
    expect(results.map((result) => result.rows[0]?.n)).toEqual(
      connections.map((_, index) => 200_000 + index),
    );
    await Promise.all(connections.map((each) => each.close()));
  });
});

describe("database files", () => {
  it("attaches a file once and closes it when nobody uses it", async () => {
    const path = join(folder, "a.duckdb");
    await symlink(path, join(folder, "link.duckdb"));
    const [first, second] = await Promise.all([
      database.attach(path),
      database.attach(join(folder, "..", folder.split("/").at(-1) as string, "a.duckdb")),
    ]);
    expect(second).toBe(first);
    await connection.run(`CREATE TABLE ${first}.t AS SELECT 1 AS id`);
    expect(await database.attach(join(folder, "link.duckdb"))).toBe(first);
    await database.detach(first);
    await database.detach(first);
    expect((await connection.query(`FROM ${first}.t`)).rows).toEqual([{ id: 1 }]);
    await database.detach(first);
    await expect(connection.query(`FROM ${first}.t`)).rejects.toMatchObject({ code: "DUCKDB_ERROR" });
    expect((await stat(path)).size).toBeGreaterThan(0);
  });

  it("attaches for reading only", async () => {
    const path = join(folder, "r.duckdb");
    await database.detach(await database.attach(path));
    const alias = await database.attach(path, { readOnly: true });
    await expect(connection.run(`CREATE TABLE ${alias}.t AS SELECT 1 AS id`)).rejects.toMatchObject({
      code: "TARGET_UNWRITABLE",
    });
    await expect(database.attach(path)).rejects.toMatchObject({
      message: expect.stringContaining("reading only") as string,
    });
    await database.detach(alias);
  });

  it("reports a file that is no database", async () => {
    const path = join(folder, "ten.txt");
    await (await import("node:fs/promises")).writeFile(path, "not a database, by any means\n".repeat(500));
    await expect(database.attach(path)).rejects.toMatchObject({ code: "DUCKDB_ERROR" });
  });
});
