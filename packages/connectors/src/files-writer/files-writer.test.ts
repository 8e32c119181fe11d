import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { builtinReaders, builtinWriters } from "../builtin.js";
import { packed } from "../testing/arbitrary-tables.js";
import {
  dataset,
  extract,
  openReader,
  openWriter,
  query,
  relation,
  rowsOf,
  signal,
  temporaryFolder,
  writeAll,
} from "../testing/open-plugins.js";

const FORMATS = ["csv", "jsonl", "json", "parquet", "arrow"] as const;
type Format = (typeof FORMATS)[number];

function numbers(from: number, to: number) {
  const rows = Array.from({ length: to - from }, (_, index) => ({
    id: from + index,
    name: `n${from + index}`,
  }));
  return packed(
    {
      fields: [
        { name: "id", type: { kind: "integer" } },
        { name: "name", type: { kind: "string" } },
      ],
    },
    rows,
  );
}

/** Paths below a folder, with `/`; nothing when it does not exist. */
function below(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function ids(format: Format, base: string, object = "things"): Promise<unknown[]> {
  const reader = await openReader(
    await builtinReaders[format](),
    { files: [{ path: `${object}/**/*.${format}`, object, allow_empty: true }] },
    base,
  );
  const events = (await reader.discover(signal)).objects.length === 0 ? [] : await extract(reader, [object]);
  return (await rowsOf(events)).map((row) => row.id).sort((left, right) => Number(left) - Number(right));
}

it("moves a Parquet file into Parquet without touching the values", async () => {
  const base = temporaryFolder();
  const reader = await openReader(
    await builtinReaders.parquet(),
    { files: [{ path: dataset("flights-3m.parquet"), object: "flights" }] },
    base,
  );
  const batch = (await extract(reader, ["flights"])).find((event) => event.type === "batch");
  if (batch?.data.form !== "relation") throw new Error("expected a query");
  const writer = await openWriter(await builtinWriters.parquet(), {}, { base, object: "flights" });
  const files = await writeAll(writer, batch.data, batch.data.schema);
  expect(files.map((file) => file.record_count)).toEqual([3_000_000]);
  const sums = (path: string) =>
    query(
      `SELECT count(*) AS n, sum(delay) AS d, min(date) AS f, count(DISTINCT origin) AS o FROM '${path}'`,
    );
  expect(await sums(join(base, "flights/*.parquet"))).toEqual(await sums(dataset("flights-3m.parquet")));
});

describe.each(FORMATS)("%s", (format) => {
  const open = async (base: string, more: { mode?: "replace"; runId?: string } = {}, target = {}) =>
    openWriter(await builtinWriters[format](), target, { base, ...more });

  it("shows nothing before the commit, and everything after it, however often it is made", async () => {
    const base = temporaryFolder();
    const writer = await open(base);
    const { batch, schema } = numbers(0, 10);
    const written = await writer.write({ data: batch, schema, fileCounter: 0, token: "t" }, signal);
    const flushed = await writer.flush("t", signal);
    const files = [...written.files, ...flushed.files];
    expect(below(join(base, "things"))).toEqual([]);
    expect(files).toMatchObject([
      { record_count: 10, path: join(base, "things", `part-run-1-000000.${format}`) },
    ]);
    await writer.commit({ files, token: "t", final: false, schema }, signal);
    await writer.commit({ files, token: "t", final: false, schema }, signal);
    const again = await open(base);
    await again.commit({ files, token: "t", final: false, schema }, signal);
    expect(readdirSync(base)).toEqual(["things"]);
    expect(await ids(format, base)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("finishes a commit that was cut off between two files", async () => {
    const base = temporaryFolder();
    const writer = await open(base);
    const first = numbers(0, 60_000);
    const files = [];
    for (const { batch, schema } of [first, numbers(60_000, 60_010)])
      files.push(
        ...(await writer.write({ data: batch, schema, fileCounter: files.length, token: "t" }, signal)).files,
        ...(await writer.flush("t", signal)).files,
      );
    expect(files).toHaveLength(2);
    mkdirSync(join(base, "things"));
    const moved = files[0] as unknown as { path: string; staged: string };
    renameSync(moved.staged, moved.path);
    const resumed = await open(base);
    await resumed.commit({ files, token: "t", final: true, schema: first.schema }, signal);
    expect(readdirSync(base)).toEqual(["things"]);
    expect((await ids(format, base)).length).toBe(60_010);
  });

  it("leaves nothing of what is aborted, by file or by run", async () => {
    const base = temporaryFolder();
    const { batch, schema } = numbers(0, 10);
    const writer = await open(base);
    const kept = await writeAll(writer, batch, schema, { final: false });
    await writer.write({ data: batch, schema, fileCounter: 1, token: "u" }, signal);
    const { files } = await writer.flush("u", signal);
    await writer.abort({ scope: "files", files, token: "u" }, signal);
    expect(below(base)).toEqual([relative(base, kept[0]?.path as string)]);
    await writer.write({ data: batch, schema, fileCounter: 1, token: "v" }, signal);
    await writer.flush("v", signal);
    const recovering = await open(base);
    await recovering.abort({ scope: "run", runId: "run-1" }, signal);
    expect(readdirSync(base)).toEqual(["things"]);
    expect(await ids(format, base)).toHaveLength(10);
  });

  it("discards what was never flushed when it is closed, and leaves only staging", async () => {
    const base = temporaryFolder();
    const { batch, schema } = numbers(0, 10);
    const writer = await open(base);
    await writer.write({ data: batch, schema, fileCounter: 0, token: "t" }, signal);
    await writer.close();
    expect(below(join(base, "things"))).toEqual([]);
  });

  it("never gives two runs the same file name", async () => {
    const base = temporaryFolder();
    const { batch, schema } = numbers(0, 5);
    await writeAll(await open(base, { runId: "a" }), batch, schema);
    await writeAll(await open(base, { runId: "b" }), batch, schema);
    expect(below(base)).toEqual([`things/part-a-000000.${format}`, `things/part-b-000000.${format}`]);
  });

  it("replaces the files of earlier runs at the last commit only, and no others", async () => {
    const base = temporaryFolder();
    const old = numbers(0, 5);
    await writeAll(await open(base, { runId: "old" }), old.batch, old.schema);
    writeFileSync(join(base, "things", "readme.txt"), "mine");
    writeFileSync(join(base, "things", "part-of-something.csv"), "mine");
    const writer = await open(base, { mode: "replace", runId: "old-2" });
    const first = numbers(10, 12);
    await writeAll(writer, first.batch, first.schema, { token: "t0", final: false });
    expect(await ids(format, base)).toEqual([0, 1, 2, 3, 4]);
    // The run is killed and goes on: what was committed before stays.
    const resumed = await open(base, { mode: "replace", runId: "old-2" });
    await resumed.abort({ scope: "run", runId: "old-2" }, signal);
    const second = numbers(20, 22);
    const files = await writeAll(resumed, second.batch, second.schema, { token: "t1", fileCounter: 1 });
    await resumed.commit({ files, token: "t1", final: true, schema: second.schema }, signal);
    expect(below(base)).toEqual([
      "things/part-of-something.csv",
      `things/part-old-2-000000.${format}`,
      `things/part-old-2-000001.${format}`,
      "things/readme.txt",
    ]);
    expect(readdirSync(base)).toEqual(["things"]);
    expect(readFileSync(join(base, "things", "readme.txt"), "utf8")).toBe("mine");
  });
});

describe("replace", () => {
  const open = async (base: string, runId: string) =>
    openWriter(await builtinWriters.parquet(), {}, { base, mode: "replace", runId });

  async function prepared(base: string) {
    const old = numbers(0, 5);
    await writeAll(await open(base, "old"), old.batch, old.schema);
    const writer = await open(base, "new");
    const first = numbers(10, 12);
    const second = numbers(20, 22);
    await writeAll(writer, first.batch, first.schema, { token: "t0", final: false });
    await writer.write({ data: second.batch, schema: second.schema, fileCounter: 1, token: "t1" }, signal);
    const { files } = await writer.flush("t1", signal);
    return { files, schema: second.schema, staging: join(base, ".dativo-staging/new/things") };
  }

  it.each([
    ["before anything moved", () => undefined],
    [
      "after the last files joined the generation",
      (staging: string) => {
        for (const path of below(join(staging, "parts")))
          renameSync(join(staging, "parts", path), join(staging, "generation", basename(path)));
      },
    ],
    [
      "after the list was written and one file became visible",
      (staging: string, base: string) => {
        for (const path of below(join(staging, "parts")))
          renameSync(join(staging, "parts", path), join(staging, "generation", basename(path)));
        writeFileSync(
          join(staging, "replacement.json"),
          JSON.stringify({ version: 1, remove: [join(base, "things/part-old-000000.parquet")] }),
        );
        renameSync(
          join(staging, "generation/part-new-000000.parquet"),
          join(base, "things/part-new-000000.parquet"),
        );
      },
    ],
    [
      "after all files became visible and the old ones were removed",
      (staging: string, base: string) => {
        for (const path of below(join(staging, "parts")))
          renameSync(join(staging, "parts", path), join(base, "things", basename(path)));
        for (const path of below(join(staging, "generation")))
          renameSync(join(staging, "generation", path), join(base, "things", path));
        writeFileSync(
          join(staging, "replacement.json"),
          JSON.stringify({ version: 1, remove: [join(base, "things/part-old-000000.parquet")] }),
        );
      },
    ],
  ])("ends the same way when it was killed %s", async (_name, kill) => {
    const base = temporaryFolder();
    const { files, schema, staging } = await prepared(base);
    kill(staging, base);
    await (await open(base, "new")).commit({ files, token: "t1", final: true, schema }, signal);
    expect(below(base)).toEqual(["things/part-new-000000.parquet", "things/part-new-000001.parquet"]);
    expect(await ids("parquet", base)).toEqual([10, 11, 20, 21]);
  });

  it("with nothing to write leaves nothing of before", async () => {
    const base = temporaryFolder();
    const old = numbers(0, 5);
    await writeAll(await open(base, "old"), old.batch, old.schema);
    await (await open(base, "new")).commit(
      { files: [], token: "t", final: true, schema: { fields: [] } },
      signal,
    );
    expect(below(base)).toEqual([]);
  });

  it("removes what a run that was given up had ready", async () => {
    const base = temporaryFolder();
    const { batch, schema } = numbers(0, 5);
    await writeAll(await open(base, "given-up"), batch, schema, { final: false });
    await writeAll(await open(base, "new"), batch, schema);
    expect(below(base)).toEqual(["things/part-new-000000.parquet"]);
    expect(readdirSync(base)).toEqual(["things"]);
  });
});

describe("partitions", () => {
  const hostile = [
    "../x",
    "a/b",
    "",
    null,
    "a=b",
    "é ü",
    "%2F",
    ".",
    "..",
    "con:*?",
    "l\n2",
    'q"',
    "__HIVE_DEFAULT_PARTITION__x",
  ];

  it.each(["parquet", "csv", "jsonl", "json"] as const)(
    "%s: each value has a folder of its own that stays in the target",
    async (format) => {
      const base = temporaryFolder();
      const { batch, schema } = packed(
        {
          fields: [
            { name: "p/q", type: { kind: "string" } },
            { name: "id", type: { kind: "integer" } },
          ],
        },
        hostile.flatMap((value, index) => [
          { "p/q": value, id: index },
          { "p/q": value, id: 100 + index },
        ]),
      );
      const writer = await openWriter(await builtinWriters[format](), { partitioning: ["p/q"] }, { base });
      const files = await writeAll(writer, batch, schema);
      expect(files).toHaveLength(hostile.length);
      expect(
        files.every((file) => file.record_count === 2 && resolve(file.path).startsWith(join(base, "things"))),
      ).toBe(true);
      expect(readdirSync(base)).toEqual(["things"]);
      const reader = await openReader(
        await builtinReaders[format](),
        { files: [{ path: "things/**/*", object: "things", hive_partitioning: true }] },
        base,
      );
      const rows = await rowsOf(await extract(reader, ["things"]));
      const byId = new Map(rows.map((row) => [row.id, row["p/q"]]));
      expect(hostile.map((_, index) => byId.get(index))).toEqual(hostile);
      expect(hostile.map((_, index) => byId.get(100 + index))).toEqual(hostile);
    },
  );

  it("keeps the columns inside the files when asked to", async () => {
    const base = temporaryFolder();
    const { batch, schema } = numbers(0, 3);
    const writer = await openWriter(
      await builtinWriters.parquet(),
      { partitioning: ["name"], engine: { options: { write_partition_columns: true } } },
      { base },
    );
    const [file] = await writeAll(writer, batch, schema);
    expect(
      await query(`SELECT id, name FROM read_parquet('${file?.path}', hive_partitioning = false)`),
    ).toEqual([{ id: 0, name: "n0" }]);
  });
});

describe("names of objects", () => {
  it.each([
    "../../outside",
    "a/b",
    "a\\b",
    ".",
    "..",
    ".hidden",
    "with space",
    "ünïcödé",
    "nul\0l",
    "x".repeat(400),
    "👩‍👩‍👧",
    "CON",
    ".dativo-staging",
  ])("%j stays inside the target", async (object) => {
    const parent = temporaryFolder();
    const base = join(parent, "target");
    const { batch, schema } = numbers(0, 2);
    const writer = await openWriter(await builtinWriters.jsonl(), {}, { base, object });
    const [file] = await writeAll(writer, batch, schema);
    expect(readdirSync(parent)).toEqual(["target"]);
    expect(readdirSync(base)).toHaveLength(1);
    expect(relative(base, file?.path as string).split("/")).toHaveLength(2);
  });
});

describe("options", () => {
  it.each([
    ["csv", "gzip", ".csv.gz"],
    ["csv", "zstd", ".csv.zst"],
    ["jsonl", "gzip", ".jsonl.gz"],
    ["jsonl", "zstd", ".jsonl.zst"],
    ["json", "gzip", ".json.gz"],
  ] as const)("%s files are compressed by %s and read again", async (format, compression, suffix) => {
    const base = temporaryFolder();
    const { batch, schema } = numbers(0, 3);
    const writer = await openWriter(
      await builtinWriters[format](),
      { engine: { options: { compression } } },
      { base },
    );
    const [file] = await writeAll(writer, batch, schema);
    expect(file?.path.endsWith(suffix)).toBe(true);
    const reader = await openReader(
      await builtinReaders[format](),
      { files: [{ path: "things/*", object: "things" }] },
      base,
    );
    expect(await rowsOf(await extract(reader, ["things"]))).toEqual([
      { id: 0, name: "n0" },
      { id: 1, name: "n1" },
      { id: 2, name: "n2" },
    ]);
  });

  it("a Parquet file has the compression and row groups asked for", async () => {
    const base = temporaryFolder();
    const writer = await openWriter(
      await builtinWriters.parquet(),
      { engine: { options: { compression: "zstd", row_group_size: 10_240 } } },
      { base },
    );
    const data = await relation("SELECT i AS id FROM range(50000) t(i)");
    const [file] = await writeAll(writer, data, data.schema);
    const [row] = await query(
      `SELECT any_value(compression) AS c, count(DISTINCT row_group_id) AS g FROM parquet_metadata('${file?.path}')`,
    );
    expect(row?.c).toBe("ZSTD");
    expect(Number(row?.g)).toBeGreaterThanOrEqual(4);
  });

  it("ends a file at the size asked for", async () => {
    const base = temporaryFolder();
    const writer = await openWriter(await builtinWriters.parquet(), { parquetTargetSizeMb: 1 }, { base });
    const data = await relation("SELECT i AS id, hash(i) / 3 AS h FROM range(1000000) t(i)");
    const files = await writeAll(writer, data, data.schema);
    expect(files.length).toBeGreaterThan(2);
    expect(files.reduce((sum, file) => sum + (file.record_count ?? 0), 0)).toBe(1_000_000);
    expect(await query(`SELECT count(DISTINCT id) AS n FROM '${base}/things/*.parquet'`)).toEqual([
      { n: 1_000_000 },
    ]);
  });

  it("gathers small batches, and begins another file where the columns change", async () => {
    const base = temporaryFolder();
    const writer = await openWriter(
      await builtinWriters.parquet(),
      { engine: { options: { buffer_mb: 1 } } },
      { base },
    );
    const files = [];
    for (let start = 0; start < 100_000; start += 1000) {
      const { batch, schema } = numbers(start, start + 1000);
      files.push(
        ...(await writer.write({ data: batch, schema, fileCounter: files.length, token: "t" }, signal)).files,
      );
    }
    const wider = packed(
      {
        fields: [
          { name: "id", type: { kind: "integer" } },
          { name: "extra", type: { kind: "boolean" } },
        ],
      },
      [{ id: -1, extra: true }],
    );
    files.push(
      ...(
        await writer.write(
          { data: wider.batch, schema: wider.schema, fileCounter: files.length, token: "t" },
          signal,
        )
      ).files,
    );
    files.push(...(await writer.flush("t", signal)).files);
    await writer.commit({ files, token: "t", final: true, schema: wider.schema }, signal);
    expect(files.length).toBeLessThan(6);
    expect(new Set(files.map((file) => file.path)).size).toBe(files.length);
    expect(
      await query(
        `SELECT count(*) AS n, count(extra) AS e, count(DISTINCT id) AS d FROM read_parquet('${base}/things/*.parquet', union_by_name = true)`,
      ),
    ).toEqual([{ n: 100_001, e: 1, d: 100_001 }]);
  });

  describe("Parquet in pieces", () => {
    /** Records of which at least one piece is made. */
    const PIECE = 2048 * 8;
    const writePieces = async (base: string, pieces: number, target = {}, runId = "run-1") => {
      const options = { row_group_size: 2048 };
      const writer = await openWriter(
        await builtinWriters.parquet(),
        { engine: { options }, ...target },
        { base, runId },
      );
      const files = [];
      for (let start = 0; start < pieces * PIECE; start += PIECE / 4) {
        const { batch, schema } = numbers(start, start + PIECE / 4);
        files.push(
          ...(await writer.write({ data: batch, schema, fileCounter: files.length, token: "t" }, signal))
            .files,
        );
      }
      return { writer, files };
    };

    it("is one file in the end, with all records in order", async () => {
      const base = temporaryFolder();
      const { writer, files } = await writePieces(base, 3);
      expect(files).toEqual([]);
      expect(below(base).length).toBeGreaterThan(1);
      const flushed = (await writer.flush("t", signal)).files;
      expect(flushed).toMatchObject([{ record_count: 3 * PIECE }]);
      const { schema } = numbers(0, 0);
      await writer.commit({ files: flushed, token: "t", final: true, schema }, signal);
      expect(below(base)).toEqual(["things/part-run-1-000000.parquet"]);
      expect(
        await query(
          `SELECT count(*) AS n, bool_and(id = file_row_number AND name = 'n' || id) AS ordered FROM read_parquet('${base}/things/*', file_row_number = true)`,
        ),
      ).toEqual([{ n: 3 * PIECE, ordered: true }]);
    });

    it("ends a file at the size asked for, and gives each record once", async () => {
      const base = temporaryFolder();
      const { writer, files } = await writePieces(base, 6, { parquetTargetSizeMb: 0.2 });
      files.push(...(await writer.flush("t", signal)).files);
      expect(files.length).toBeGreaterThan(2);
      const { schema } = numbers(0, 0);
      await writer.commit({ files, token: "t", final: true, schema }, signal);
      for (const { size_bytes = 0 } of files.slice(0, -1)) expect(size_bytes).toBeGreaterThan(200_000);
      expect(files.reduce((sum, { record_count = 0 }) => sum + record_count, 0)).toBe(6 * PIECE);
      expect(await ids("parquet", base)).toEqual(Array.from({ length: 6 * PIECE }, (_, id) => id));
      expect(below(base)).toHaveLength(files.length);
    });

    it("leaves nothing when it is aborted before it is one file", async () => {
      const base = temporaryFolder();
      const { writer } = await writePieces(base, 3);
      await writer.abort({ scope: "files", files: [], token: "t" }, signal);
      expect(below(base)).toEqual([]);
      // What is written after that has nothing of it.
      const { batch, schema } = numbers(0, 10);
      const files = await writeAll(writer, batch, schema);
      expect(files).toMatchObject([{ record_count: 10 }]);
      expect(await ids("parquet", base)).toHaveLength(10);
    });
  });

  it.each([
    ["parquet", { mode: "merge" as const }, {}, /merge is not possible with parquet/],
    ["csv", {}, { engine: { options: { compression: "snappy" } } }, /zstd, gzip or none/],
    ["arrow", {}, { partitioning: ["id"] }, /not partitioned/],
    ["parquet", {}, { engine: { options: { compression: "lz77" } } }, /target\.engine\.options\.compression/],
  ] as const)("%s refuses %j %j", async (format, at, target, message) => {
    const base = temporaryFolder();
    const attempt = async () => {
      const writer = await openWriter(await builtinWriters[format](), target as never, { base, ...at });
      const { batch, schema } = numbers(0, 1);
      await writer.write({ data: batch, schema, fileCounter: 0, token: "t" }, signal);
    };
    await expect(attempt()).rejects.toMatchObject({
      code: "CONFIGURATION_ERROR",
      message: expect.stringMatching(message),
    });
    expect(readdirSync(base)).toEqual([]);
  });

  it("writes nothing for batches without records", async () => {
    const base = temporaryFolder();
    const writer = await openWriter(await builtinWriters.parquet(), {}, { base });
    const data = await relation("SELECT 1 AS id WHERE false");
    expect(await writeAll(writer, data, data.schema)).toEqual([]);
    expect(below(base)).toEqual([]);
  });
});

describe("targets that cannot be written", () => {
  async function attempt(base: string, format: Format = "parquet") {
    const writer = await openWriter(await builtinWriters[format](), {}, { base });
    const check = await writer.check(signal);
    const { batch, schema } = numbers(0, 200_000);
    const write = async () => {
      await writer.write({ data: batch, schema, fileCounter: 0, token: "t" }, signal);
      await writer.flush("t", signal);
    };
    const error = await write().then(
      () => undefined,
      (failure: unknown) => failure as { code: string; message: string },
    );
    await writer.abort({ scope: "run", runId: "run-1" }, signal);
    return { check, error };
  }

  it("names a file that stands where the folder should be", async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, "file"), "");
    const { check, error } = await attempt(join(base, "file"));
    expect(check).toMatchObject({ success: false, message: expect.stringContaining("is a file") });
    expect(error).toMatchObject({
      code: "TARGET_UNWRITABLE",
      message: expect.stringContaining(join(base, "file")),
    });
  });

  it("makes a folder that does not exist", async () => {
    const base = join(temporaryFolder(), "not", "yet");
    expect(await attempt(base)).toEqual({
      check: { success: true, message: expect.stringContaining("can be made") },
      error: undefined,
    });
  });

  // A file system of its own can only be mounted by root.
  describe.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
    "on a file system of its own",
    () => {
      async function mounted(options: string, use: (folder: string) => Promise<void>) {
        const folder = temporaryFolder();
        execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
        try {
          await use(folder);
        } finally {
          execFileSync("umount", [folder]);
        }
      }

      it.each(FORMATS)("%s: says that the disk is full, and leaves nothing behind", async (format) => {
        await mounted("size=256k", async (folder) => {
          const { error } = await attempt(join(folder, "out"), format);
          expect(error).toMatchObject({
            code: "TARGET_FULL",
            message: expect.stringContaining(join(folder, "out")),
            retryable: true,
          });
          expect(below(folder)).toEqual([]);
        });
      });

      it("says that it is read-only", async () => {
        await mounted("ro", async (folder) => {
          const { check, error } = await attempt(join(folder, "out"));
          expect(check.success).toBe(false);
          expect(error).toMatchObject({
            code: "TARGET_UNWRITABLE",
            message: expect.stringContaining(folder),
          });
        });
      });
    },
  );
});
