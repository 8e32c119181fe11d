import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Json } from "@dativo/sdk";
import { describe, expect, it } from "vitest";
import { builtinReaders } from "../builtin.js";
import {
  dataset,
  extract,
  lastState,
  logged,
  openReader,
  query,
  rejectsOf,
  rowsOf,
  signal,
  temporaryFolder,
} from "../testing/open-plugins.js";

type Type = keyof typeof builtinReaders;

async function read(
  type: Type,
  base: string,
  files: readonly Record<string, unknown>[],
  object: string,
  state?: Json,
) {
  const reader = await openReader(await builtinReaders[type](), { files: files as never }, base);
  return extract(reader, [object], state === undefined ? {} : { state: { [object]: state } });
}

function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const base = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(base, name, ".."), { recursive: true });
    writeFileSync(join(base, name), content);
  }
  return base;
}

describe("finding files", () => {
  it("takes globs, braces and any depth, in the order of names", async () => {
    const base = folderWith({
      "in/b.csv": "x\n2\n",
      "in/a.csv": "x\n1\n",
      "in/deep/er/c.csv": "x\n3\n",
      "in/d.txt": "x\n4\n",
      "in/e.log": "no",
    });
    const events = await read("csv", base, [{ path: "in/**/*.{csv,txt}", object: "all" }], "all");
    expect((await rowsOf(events)).map((row) => row.x)).toEqual([1, 2, 4, 3]);
    expect(events.filter((event) => event.type === "checkpoint")).toHaveLength(4);
  });

  it("names objects after the file, or the folder of a glob", async () => {
    const base = folderWith({ "people.csv.gz": gzipSync("x\n1\n"), "in/orders/1.csv": "x\n1\n" });
    const reader = await openReader(
      await builtinReaders.csv(),
      { files: [{ path: "people.csv.gz" }, { path: "in/orders/*.csv" }] },
      base,
    );
    const { objects } = await reader.discover(signal);
    expect(objects.map(({ name }) => name)).toEqual(["people", "orders"]);
    expect(objects[0]?.columns).toEqual([{ name: "x", type: "integer" }]);
  });

  it("reads a folder as one object for each folder and file in it", async () => {
    const base = folderWith({
      "data/a/1.jsonl": '{"x":1}\n',
      "data/a/2.jsonl": '{"x":2}\n',
      "data/b.jsonl": '{"x":3}\n',
      "data/.dativo-staging/r/x.jsonl": "{",
    });
    const reader = await openReader(await builtinReaders.jsonl(), { connection: { path: "data" } }, base);
    expect((await reader.discover(signal)).objects.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("takes a path that exists as it is, whatever characters it has", async () => {
    const base = folderWith({ "we[ird]*/it's {a,b}?.csv": "x\n1\n", "we[ird]*/i.csv": "x\n2\n" });
    expect(
      await rowsOf(await read("csv", base, [{ path: "we[ird]*/it's {a,b}?.csv", object: "o" }], "o")),
    ).toEqual([{ x: 1 }]);
  });

  it.each(["csv", "jsonl", "json", "parquet", "arrow"] as const)(
    "names the nearest file when there is no %s of that name",
    async (type) => {
      const base = folderWith({ [`in/people.${type}`]: "x" });
      await expect(read(type, base, [{ path: `in/poeple.${type}`, object: "o" }], "o")).rejects.toMatchObject(
        {
          code: "SOURCE_UNREADABLE",
          message: expect.stringContaining(`poeple.${type}`),
          hint: expect.stringContaining(`people.${type}`),
        },
      );
    },
  );

  it("fails when a glob matches nothing, unless that is allowed", async () => {
    const base = folderWith({ "in/a.txt": "" });
    await expect(read("csv", base, [{ path: "in/*.csv", object: "o" }], "o")).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
      message: expect.stringContaining("in/*.csv"),
    });
    expect(
      await rowsOf(await read("csv", base, [{ path: "in/*.csv", object: "o", allow_empty: true }], "o")),
    ).toEqual([]);
  });

  it("says where a broken link leads", async () => {
    const base = temporaryFolder();
    symlinkSync(join(base, "gone.csv"), join(base, "link.csv"));
    await expect(read("csv", base, [{ path: "link.csv", object: "o" }], "o")).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
    });
  });

  it("names the key of an entry that is not valid", async () => {
    await expect(
      read("csv", temporaryFolder(), [{ path: "a.csv" }, { path: "b.csv", delimeter: ";" }], "a"),
    ).rejects.toMatchObject({
      code: "CONFIGURATION_ERROR",
      message: expect.stringMatching(/source\.files\[1\].*delimeter/s),
    });
  });

  it("refuses an object that there is none of", async () => {
    const base = folderWith({ "people.csv": "x\n1\n" });
    await expect(read("csv", base, [{ path: "people.csv" }], "peopel")).rejects.toMatchObject({
      code: "OBJECT_NOT_FOUND",
    });
  });
});

describe("going on where the last run ended", () => {
  it("reads only files that are new", async () => {
    const base = folderWith({ "in/a.csv": "x\n1\n", "in/b.csv": "x\n2\n" });
    const first = await read("csv", base, [{ path: "in/*.csv", object: "o" }], "o");
    writeFileSync(join(base, "in/ab.csv"), "x,y\n3,new\n");
    const second = await read("csv", base, [{ path: "in/*.csv", object: "o" }], "o", lastState(first));
    expect(await rowsOf(second)).toEqual([{ x: 3, y: "new" }]);
    expect(
      await rowsOf(await read("csv", base, [{ path: "in/*.csv", object: "o" }], "o", lastState(second))),
    ).toEqual([]);
  });

  it("goes on after any checkpoint without losing or doubling a record", async () => {
    const base = folderWith({
      "in/a.jsonl": '{"x":1}\n',
      "in/b.jsonl": '{"x":2}\n{"x":3}\n',
      "in/c.jsonl": '{"x":4}\n',
    });
    const files = [{ path: "in/*.jsonl", object: "o" }];
    const all = await read("jsonl", base, files, "o");
    for (const [index, event] of all.entries()) {
      if (event.type !== "checkpoint") continue;
      const before = await rowsOf(all.slice(0, index));
      const after = await rowsOf(await read("jsonl", base, files, "o", event.state));
      expect([...before, ...after].map((row) => row.x)).toEqual([1, 2, 3, 4]);
    }
  });

  it("reads a file that has changed whole again, leaves it out, or stops", async () => {
    const base = folderWith({ "a.jsonl": '{"x":1}\n' });
    const state = lastState(await read("jsonl", base, [{ path: "a.jsonl" }], "a"));
    appendFileSync(join(base, "a.jsonl"), '{"x":2}\n');
    expect(await rowsOf(await read("jsonl", base, [{ path: "a.jsonl" }], "a", state))).toEqual([
      { x: 1 },
      { x: 2 },
    ]);
    expect(logged.at(-1)).toContain("a.jsonl of a has changed");
    expect(
      await rowsOf(await read("jsonl", base, [{ path: "a.jsonl", changed: "skip" }], "a", state)),
    ).toEqual([]);
    await expect(
      read("jsonl", base, [{ path: "a.jsonl", changed: "error" }], "a", state),
    ).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
    utimesSync(join(base, "a.jsonl"), new Date(), new Date(0));
    expect(await rowsOf(await read("jsonl", base, [{ path: "a.jsonl" }], "a", state))).toHaveLength(2);
  });

  it("refuses a position of something else", async () => {
    const base = folderWith({ "a.csv": "x\n1\n" });
    await expect(
      read("csv", base, [{ path: "a.csv" }], "a", { version: 1, position: { offset: 3 } }),
    ).rejects.toMatchObject({ code: "STATE_CORRUPT" });
  });

  it("offers positions inside a large Parquet file, each of which can be started from", async () => {
    const base = temporaryFolder();
    const file = join(base, "big.parquet");
    await query(
      `COPY (SELECT i, hash(i) AS a, hash(i + 1) AS b FROM range(9000000) t(i)) TO '${file}' (FORMAT parquet, COMPRESSION uncompressed, ROW_GROUP_SIZE 500000)`,
    );
    const all = await read("parquet", base, [{ path: "big.parquet" }], "big");
    const batches = all.flatMap((event) =>
      event.type === "batch" && event.data.form === "relation" ? [event.data] : [],
    );
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.reduce((sum, data) => sum + (data.recordCount ?? 0), 0)).toBe(9_000_000);
    const union = batches.map(({ sql }) => sql).join(" UNION ALL ");
    expect(await query(`SELECT count(*) AS n, count(DISTINCT i) AS d, sum(i) AS s FROM (${union})`)).toEqual([
      { n: 9_000_000, d: 9_000_000, s: "40499995500000" },
    ]);
    const [middle] = all.flatMap((event) => (event.type === "checkpoint" ? [event.state] : []));
    const rest = await read("parquet", base, [{ path: "big.parquet" }], "big", middle);
    const restBatches = rest.flatMap((event) =>
      event.type === "batch" && event.data.form === "relation" ? [event.data.sql] : [],
    );
    expect(restBatches).toEqual(batches.slice(1).map(({ sql }) => sql));
  });
});

describe("files of the world", () => {
  it.each([
    ["csv", "zipcodes.csv", 42_049],
    ["csv", "sp500.csv", 123],
    ["csv", "airports.csv", 3_376],
    ["csv", "birdstrikes.csv", 10_000],
    ["csv", "species.csv", 12_360],
    ["json", "movies.json", 3_201],
    ["json", "cars.json", 406],
    ["json", "earthquakes.json", 1],
    ["parquet", "flights-3m.parquet", 3_000_000],
    ["arrow", "flights-200k.arrow", 200_000],
  ] as const)("%s: %s has %i records", async (type, name, records) => {
    const events = await read(type, temporaryFolder(), [{ path: dataset(name), object: "o" }], "o");
    let sum = 0;
    for (const event of events) {
      if (event.type !== "batch") continue;
      if (event.data.form === "relation")
        sum += Number((await query(`SELECT count(*) AS n FROM (${event.data.sql})`))[0]?.n);
      else if (event.data.form === "arrow") sum += event.data.recordCount;
    }
    expect(await rejectsOf(events)).toEqual([]);
    expect(sum).toBe(records);
  });

  it("says which columns there are before the first record", async () => {
    const events = await read("csv", temporaryFolder(), [{ path: dataset("sp500.csv"), object: "o" }], "o");
    expect(events[0]).toMatchObject({
      type: "object",
      object: {
        name: "o",
        incremental: true,
        schema: { fields: [{ name: "date" }, { name: "price", type: { kind: "number" } }] },
      },
    });
  });
});

describe("files of several shapes under one object", () => {
  it.each([
    ["csv", "id,a\n1,x\n", "id,b\n2,2.5\n"],
    ["jsonl", '{"id":1,"a":"x"}\n', '{"id":2,"b":2.5}\n'],
  ] as const)("%s: gives every file all columns", async (type, first, second) => {
    const base = folderWith({ [`in/1.${type}`]: first, [`in/2.${type}`]: second });
    expect(await rowsOf(await read(type, base, [{ path: "in/*", object: "o" }], "o"))).toEqual([
      { id: 1, a: "x", b: null },
      { id: 2, a: null, b: 2.5 },
    ]);
  });

  it("widens a column that is a number in one file and text in another", async () => {
    const base = folderWith({ "in/1.csv": "zip\n12345\n", "in/2.csv": "zip\n00501\n" });
    expect(await rowsOf(await read("csv", base, [{ path: "in/*", object: "o" }], "o"))).toEqual([
      { zip: "12345" },
      { zip: "00501" },
    ]);
  });

  it("adds columns of the path", async () => {
    const base = folderWith({
      "in/day=2020-01-01/kind=a%2Fb/1.csv": "x\n1\n",
      "in/day=__HIVE_DEFAULT_PARTITION__/kind=/1.csv": "x\n2\n",
    });
    const rows = await rowsOf(
      await read(
        "csv",
        base,
        [{ path: "in/**/*.csv", object: "o", hive_partitioning: true, filename_column: "file" }],
        "o",
      ),
    );
    expect(rows).toEqual([
      { x: 1, day: "2020-01-01", kind: "a/b", file: "in/day=2020-01-01/kind=a%2Fb/1.csv" },
      { x: 2, day: null, kind: "", file: "in/day=__HIVE_DEFAULT_PARTITION__/kind=/1.csv" },
    ]);
  });
});

describe("files that cannot be read", () => {
  it("names a Parquet file that is not complete", async () => {
    const base = temporaryFolder();
    copyFileSync(dataset("flights-3m.parquet"), join(base, "half.parquet"));
    truncateSync(join(base, "half.parquet"), 1_000_000);
    await expect(read("parquet", base, [{ path: "half.parquet" }], "half")).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
      message: expect.stringContaining("half.parquet"),
    });
  });

  it.each([
    ["parquet", "x.parquet", "not parquet"],
    ["arrow", "x.arrow", "not arrow"],
    ["json", "x.json", '[{"a":1},{"a":'],
    ["csv", "x.csv.gz", "not gzip"],
    ["jsonl", "x.jsonl.gz", "not gzip"],
  ] as const)("%s: names a file that is something else", async (type, name, content) => {
    const base = folderWith({ [name]: content });
    await expect(read(type, base, [{ path: name, object: "x" }], "x")).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
      message: expect.stringContaining(name),
    });
  });

  it.each(["csv", "jsonl", "json"] as const)("%s: an empty file has no records", async (type) => {
    const base = folderWith({ [`x.${type}`]: "" });
    expect(await rowsOf(await read(type, base, [{ path: `x.${type}` }], "x"))).toEqual([]);
  });

  it("a check fails where reading would", async () => {
    const base = folderWith({ "x.parquet": "no" });
    const reader = await openReader(await builtinReaders.parquet(), { files: [{ path: "x.parquet" }] }, base);
    expect(await reader.check(signal)).toMatchObject({
      success: false,
      message: expect.stringContaining("x.parquet"),
    });
  });
});
