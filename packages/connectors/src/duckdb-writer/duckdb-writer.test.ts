import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDb, unpackRows } from "@dativo/columnar";
import type { ColumnBatch, Row, TableSchema, WriteMode } from "@dativo/sdk";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtinWriters } from "../builtin.js";
import { arbitraryTable, packed } from "../testing/arbitrary-tables.js";
import { openWriter, relation, signal, temporaryFolder, writeAll } from "../testing/open-plugins.js";

const PEOPLE: TableSchema = {
  fields: [
    { name: "id", type: { kind: "integer" } },
    { name: "name", type: { kind: "string" } },
  ],
};

function people(...rows: readonly (readonly [number | null, string | null])[]): ColumnBatch {
  return packed(
    PEOPLE,
    rows.map(([id, name]) => ({ id, name })),
  ).batch;
}

interface At {
  readonly mode?: WriteMode;
  readonly runId?: string;
  readonly object?: string;
  readonly key?: readonly string[];
}

async function open(base: string, at: At = {}) {
  const key = at.mode === "merge" ? { key: at.key ?? ["id"] } : {};
  return openWriter(
    await builtinWriters.duckdb(),
    { connection: { path: "db.duckdb" }, ...key },
    { base, ...at },
  );
}

/** Rows of a table of the file, on an attachment that is given up afterwards. */
async function rowsIn(base: string, table = "things", order = "1"): Promise<Row[]> {
  const database = await DuckDb.shared();
  const alias = await database.attach(join(base, "db.duckdb"));
  const connection = database.connect();
  try {
    return (
      await connection.query(`SELECT * FROM ${alias}.main."${table.replaceAll('"', '""')}" ORDER BY ${order}`)
    ).rows;
  } finally {
    await connection.close();
    await database.detach(alias);
  }
}

async function run(base: string, sql: (alias: string) => string): Promise<void> {
  const database = await DuckDb.shared();
  const alias = await database.attach(join(base, "db.duckdb"));
  const connection = database.connect();
  await connection.run(sql(alias));
  await connection.close();
  await database.detach(alias);
}

async function staged(writer: Awaited<ReturnType<typeof open>>, batch: ColumnBatch, token: string) {
  const written = await writer.write({ data: batch, schema: batch.schema, fileCounter: 0, token }, signal);
  return [...written.files, ...(await writer.flush(token, signal)).files];
}

describe("append", () => {
  it("shows nothing before the commit, and everything once after it, however often it is made", async () => {
    const base = temporaryFolder();
    const writer = await open(base);
    const files = await staged(writer, people([1, "a"], [2, null]), "t");
    await expect(rowsIn(base)).rejects.toThrow(/does not exist/);
    await writer.commit({ files, token: "t", final: true, schema: PEOPLE }, signal);
    await writer.commit({ files, token: "t", final: true, schema: PEOPLE }, signal);
    await (await open(base)).commit({ files, token: "t", final: true, schema: PEOPLE }, signal);
    expect(await rowsIn(base)).toEqual([
      { id: 1, name: "a" },
      { id: 2, name: null },
    ]);
    expect(existsSync(join(base, "db.duckdb.dativo-staging"))).toBe(false);
  });

  it("leaves nothing of what is aborted", async () => {
    const base = temporaryFolder();
    const writer = await open(base);
    await writer.abort(
      { scope: "files", files: await staged(writer, people([1, "a"]), "t"), token: "t" },
      signal,
    );
    await staged(writer, people([1, "a"]), "u");
    await (await open(base)).abort({ scope: "run", runId: "run-1" }, signal);
    await writer.close();
    expect(readdirSync(base).filter((name) => name !== "db.duckdb")).toEqual([]);
  });

  it("takes queries and columns, and adds columns that come later", async () => {
    const base = temporaryFolder();
    const writer = await open(base);
    const data = await relation("SELECT 1::BIGINT AS id, 'a' AS name");
    await writeAll(writer, data, data.schema, { token: "t0" });
    const wider = packed(
      {
        fields: [...PEOPLE.fields, { name: "Extra Column", type: { kind: "list", item: { kind: "date" } } }],
      },
      [{ id: 2, name: "b", "Extra Column": ["2020-01-01"] }],
    );
    await writeAll(writer, wider.batch, wider.schema, { token: "t1" });
    await writeAll(writer, people([3, "c"]), PEOPLE, { token: "t2" });
    expect(await rowsIn(base)).toEqual([
      { id: 1, name: "a", "Extra Column": null },
      { id: 2, name: "b", "Extra Column": ["2020-01-01"] },
      { id: 3, name: "c", "Extra Column": null },
    ]);
  });

  it("refuses records that the table cannot hold, before anything is staged", async () => {
    const base = temporaryFolder();
    await writeAll(await open(base), people([1, "a"]), PEOPLE);
    const text = packed({ fields: [{ name: "ID", type: { kind: "string" } }] }, [{ ID: "x" }]);
    const writer = await open(base);
    await expect(
      writer.write({ data: text.batch, schema: text.schema, fileCounter: 0, token: "t" }, signal),
    ).rejects.toMatchObject({
      code: "TARGET_SCHEMA_CONFLICT",
      message: expect.stringMatching(/ID: the table has integer, the records have string/),
    });
    expect(await rowsIn(base)).toHaveLength(1);
  });

  it("brings in nothing when a part of the commit fails", async () => {
    const base = temporaryFolder();
    const writer = await open(base);
    await writeAll(writer, people([1, "a"]), PEOPLE, { token: "t0" });
    await run(base, (alias) => `CREATE TABLE ${alias}.main.strict (id BIGINT NOT NULL, name VARCHAR)`);
    const strict = await open(base, { object: "strict" });
    const files = await staged(strict, people([1, "a"], [null, "b"]), "t1");
    await expect(
      strict.commit({ files, token: "t1", final: true, schema: PEOPLE }, signal),
    ).rejects.toMatchObject({ code: "TARGET_SCHEMA_CONFLICT" });
    expect(await rowsIn(base, "strict")).toEqual([]);
    expect(await rowsIn(base, "_dativo_commits")).toHaveLength(1);
  });

  it.each(['quo"te', "a; DROP TABLE x; --", "ünï", "select", "with space", "a.b", "'"])(
    "keeps an object named %j apart",
    async (object) => {
      const base = temporaryFolder();
      const writer = await open(base, { object });
      await writeAll(writer, people([1, "a"]), PEOPLE);
      expect(await rowsIn(base, object)).toEqual([{ id: 1, name: "a" }]);
    },
  );

  it("gives back every value of every type", async () => {
    const base = temporaryFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryTable(), async ({ schema, batch }) => {
        run += 1;
        const object = `things ${run}`;
        await writeAll(await open(base, { object }), batch, schema);
        const text = (rows: readonly Row[]) =>
          rows
            .map((row) =>
              JSON.stringify(row, (_, value) =>
                typeof value === "bigint" ? `${value}` : Object.is(value, -0) ? "-0" : value,
              ),
            )
            .sort();
        expect(text(await rowsIn(base, object))).toEqual(text(unpackRows(batch)));
      }),
      { numRuns: 15 },
    );
  });
});

describe("merge", () => {
  it("keeps the last record of each key, within a commit and between commits", async () => {
    const base = temporaryFolder();
    const writer = await open(base, { mode: "merge" });
    await writer.write(
      { data: people([1, "a"], [2, "b"], [1, "a2"]), schema: PEOPLE, fileCounter: 0, token: "t0" },
      signal,
    );
    const written = await writer.write(
      { data: people([2, "b2"], [3, "c"], [null, "x"]), schema: PEOPLE, fileCounter: 0, token: "t0" },
      signal,
    );
    const files = [...written.files, ...(await writer.flush("t0", signal)).files];
    await writer.commit({ files, token: "t0", final: false, schema: PEOPLE }, signal);
    expect(await rowsIn(base)).toEqual([
      { id: 1, name: "a2" },
      { id: 2, name: "b2" },
      { id: 3, name: "c" },
      { id: null, name: "x" },
    ]);
    const later = await staged(writer, people([3, "c2"], [4, "d"], [null, "y"]), "t1");
    await writer.commit({ files: later, token: "t1", final: true, schema: PEOPLE }, signal);
    await writer.commit({ files: later, token: "t1", final: true, schema: PEOPLE }, signal);
    expect(await rowsIn(base)).toEqual([
      { id: 1, name: "a2" },
      { id: 2, name: "b2" },
      { id: 3, name: "c2" },
      { id: 4, name: "d" },
      { id: null, name: "y" },
    ]);
  });

  it("ends like applying the records one by one, however they are cut into batches and commits", async () => {
    const base = temporaryFolder();
    let run = 0;
    const record = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.string({ maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.array(record, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 }), {
          minLength: 1,
          maxLength: 3,
        }),
        async (commits) => {
          run += 1;
          const object = `m${run}`;
          const writer = await open(base, { mode: "merge", object });
          const expected = new Map<number, string>();
          for (const [index, batches] of commits.entries()) {
            const files = [];
            for (const rows of batches) {
              for (const [id, name] of rows) expected.set(id, name);
              const batch = people(...rows);
              files.push(
                ...(
                  await writer.write(
                    { data: batch, schema: PEOPLE, fileCounter: 0, token: `t${index}` },
                    signal,
                  )
                ).files,
              );
            }
            files.push(...(await writer.flush(`t${index}`, signal)).files);
            await writer.commit(
              { files, token: `t${index}`, final: index === commits.length - 1, schema: PEOPLE },
              signal,
            );
          }
          expect(new Map((await rowsIn(base, object)).map((row) => [row.id, row.name]))).toEqual(expected);
        },
      ),
      { numRuns: 12 },
    );
  });

  it("works where the table has a primary key", async () => {
    const base = temporaryFolder();
    const first = await open(base, { mode: "merge" });
    await run(
      base,
      (alias) =>
        `CREATE TABLE ${alias}.main.things (id BIGINT PRIMARY KEY, name VARCHAR); INSERT INTO ${alias}.main.things VALUES (1, 'old')`,
    );
    await writeAll(first, people([1, "new"], [2, "b"]), PEOPLE);
    expect(await rowsIn(base)).toEqual([
      { id: 1, name: "new" },
      { id: 2, name: "b" },
    ]);
  });

  it.each([
    [[], /which columns identify/],
    [["no_such"], /no_such/],
  ])("refuses the key %j", async (key, message) => {
    const writer = await open(temporaryFolder(), { mode: "merge", key });
    await expect(
      writer.write({ data: people([1, "a"]), schema: PEOPLE, fileCounter: 0, token: "t" }, signal),
    ).rejects.toMatchObject({
      code: "CONFIGURATION_ERROR",
      message: expect.stringMatching(message),
    });
  });
});

describe("replace", () => {
  it("takes effect at the last commit, and goes on after a crash", async () => {
    const base = temporaryFolder();
    await writeAll(await open(base, { runId: "old" }), people([1, "old"]), PEOPLE);
    const writer = await open(base, { mode: "replace", runId: "new" });
    await writeAll(writer, people([2, "new"]), PEOPLE, { token: "t0", final: false });
    await writeAll(writer, people([2, "new"]), PEOPLE, { token: "t0", final: false });
    expect(await rowsIn(base)).toEqual([{ id: 1, name: "old" }]);
    const resumed = await open(base, { mode: "replace", runId: "new" });
    await resumed.abort({ scope: "run", runId: "new" }, signal);
    const files = await writeAll(resumed, people([3, "new"]), PEOPLE, { token: "t1" });
    await resumed.commit({ files, token: "t1", final: true, schema: PEOPLE }, signal);
    expect(await rowsIn(base)).toEqual([
      { id: 2, name: "new" },
      { id: 3, name: "new" },
    ]);
    await expect(rowsIn(base, "_dativo_new_things")).rejects.toThrow(/does not exist/);
  });

  it("forgets what a run that was given up had ready", async () => {
    const base = temporaryFolder();
    await writeAll(await open(base, { mode: "replace", runId: "given-up" }), people([1, "x"]), PEOPLE, {
      token: "a",
      final: false,
    });
    await writeAll(await open(base, { mode: "replace", runId: "new" }), people([2, "y"]), PEOPLE, {
      token: "b",
    });
    expect(await rowsIn(base)).toEqual([{ id: 2, name: "y" }]);
  });

  it("may change types, and with nothing to write empties the table", async () => {
    const base = temporaryFolder();
    await writeAll(await open(base), people([1, "x"]), PEOPLE);
    const other = packed({ fields: [{ name: "id", type: { kind: "string" } }] }, [{ id: "one" }]);
    await writeAll(await open(base, { mode: "replace", runId: "b" }), other.batch, other.schema, {
      token: "b",
    });
    expect(await rowsIn(base)).toEqual([{ id: "one" }]);
    await (await open(base, { mode: "replace", runId: "c" })).commit(
      { files: [], token: "c", final: true, schema: { fields: [] } },
      signal,
    );
    expect(await rowsIn(base)).toEqual([]);
  });
});

describe("the database file", () => {
  it("is said to be open elsewhere, and that trying again may help", async () => {
    const base = temporaryFolder();
    const script = `import { DuckDb } from "@dativo/columnar";
      const database = await DuckDb.shared();
      await database.attach(process.argv[1]);
      console.log("ready");
      process.stdin.on("end", () => database.close()).resume();`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", script, join(base, "db.duckdb")], {
      cwd: import.meta.dirname,
      stdio: ["pipe", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    const writer = await open(base);
    const attempt = writer.write(
      { data: people([1, "a"]), schema: PEOPLE, fileCounter: 0, token: "t" },
      signal,
    );
    await expect(attempt).rejects.toMatchObject({
      code: "TARGET_UNWRITABLE",
      retryable: true,
      message: expect.stringContaining(`another process`),
    });
    holder.stdin.end();
    await once(holder, "exit");
    expect(
      await writer.write({ data: people([1, "a"]), schema: PEOPLE, fileCounter: 0, token: "t" }, signal),
    ).toBeDefined();
  });

  it("holds everything by itself once the writer is closed", async () => {
    const base = temporaryFolder();
    const writer = await open(base);
    await writeAll(writer, people([1, "a"]), PEOPLE);
    await writer.close();
    expect(readdirSync(base)).toEqual(["db.duckdb"]);
  });

  it("is named when it is something else", async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, "db.duckdb"), "not a database, but long enough to look like one".repeat(400));
    const writer = await open(base);
    expect(await writer.check(signal)).toMatchObject({
      success: false,
      message: expect.stringContaining("db.duckdb"),
    });
  });
});
