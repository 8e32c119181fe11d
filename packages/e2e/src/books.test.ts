import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EARTHQUAKES, earthquakesProject, FIRST_RUN_UNTIL } from "./books/earthquakes-project.js";
import {
  FRACTIONS_SCHEMA,
  MOVIES,
  type Movie,
  moviesProject,
  moviesReader,
  PLANTED,
  UNTITLED_SCHEMA,
} from "./books/movies-project.js";
import { jsonLines, lettersOf, multiset, reported } from "./books/run-report.js";
import { BAD_LINES, ZIP_CODES, zipCodesProject } from "./books/zip-codes-project.js";
import { changes, treeOf } from "./project-tree.js";

const JSONL = "  type: jsonl\n  connection: { path: ./out }";
const stored = ({ title, ...rest }: Movie) => ({ title: String(title), ...rest });
const TITLED = MOVIES.filter(({ title }) => title !== null);
const UNTITLED = MOVIES.length - TITLED.length;

describe("records of a plugin", () => {
  test("each bad record is set aside with what was expected and what was there; the others are stored", async () => {
    const project = moviesProject(JSONL, "schema_validation_mode: warn");
    const report = await reported(project, ["run", "job.yaml"], 1);
    expect(report).toMatchObject({ status: "finished_with_rejects", exit_code: 1 });
    const [movies] = report.objects;
    expect(movies).toMatchObject({
      read: MOVIES.length + PLANTED.length,
      written: TITLED.length,
      rejected: PLANTED.length + UNTITLED,
      filtered: 0,
      deduplicated: 0,
      dropped_fields: { surprise: 1 },
    });
    expect(movies?.coercions).toContainEqual({ field: "title", coercion: "number_to_string", count: 9 });
    expect(multiset(jsonLines(project, "movies"))).toEqual(multiset(TITLED.map(stored)));

    const letters = lettersOf(project, report.run_id);
    expect(letters.length).toBe(movies?.rejected);
    for (const { reason, path, expected, got } of PLANTED)
      expect(letters).toContainEqual(
        expect.objectContaining({
          object: "movies",
          reason,
          ...(path === undefined ? {} : { path }),
          expected,
          got: got instanceof RegExp ? expect.stringMatching(got) : got,
        }),
      );
    expect(letters).toContainEqual(
      expect.objectContaining({
        reason: "required",
        path: "title",
        record: expect.objectContaining({ title: null }),
      }),
    );
    project.remove();
  });

  test("strict stops at the first bad record and stores nothing of what is not committed", async () => {
    const project = moviesProject(JSONL, "");
    const report = await reported(project, ["run", "job.yaml"], 2);
    expect(report.error).toMatchObject({
      error_code: "VALIDATION_FAILED",
      details: { object: "movies", record_index: 100, path: "title", reason: PLANTED[0]?.reason },
    });
    expect(report.objects[0]).toMatchObject({ written: 0, rejected: 0 });
    expect(
      Object.keys(treeOf(project.folder)).filter((path) => path.startsWith("out/") && !path.endsWith("/")),
    ).toEqual([]);
    project.remove();
  });

  test.each([
    ["max_records: 5", 2],
    [`max_records: ${PLANTED.length + UNTITLED}`, 1],
    ["max_ratio: 0.001", 2],
    ["max_ratio: 0.5", 1],
  ])("an error budget of %s", async (budget, exitCode) => {
    const project = moviesProject(JSONL, `schema_validation_mode: warn\nerror_budget: { ${budget} }`);
    const report = await reported(project, ["run", "job.yaml"], exitCode);
    if (exitCode === 2) expect(report.error).toMatchObject({ error_code: "ERROR_BUDGET_EXCEEDED" });
    else expect(report.objects[0]?.rejected).toBe(PLANTED.length + UNTITLED);
    project.remove();
  });
});

describe("replay", () => {
  test.each([
    ["jsonl", "./out", FRACTIONS_SCHEMA, UNTITLED + 2],
    ["parquet", "./out", FRACTIONS_SCHEMA, UNTITLED + 2],
    // A table keeps the types that it was made with.
    ["duckdb", "./out/movies.duckdb", UNTITLED_SCHEMA, UNTITLED + 1],
  ])(
    "brings what the mended schema takes into a target of type %s, once",
    async (type, path, schema, mended) => {
      const project = moviesProject(
        `  type: ${type}\n  connection: { path: ${path} }\n  mode: append`,
        "schema_validation_mode: warn",
      );
      const run = await reported(project, ["run", "job.yaml"], 1);
      const bad = PLANTED.length + UNTITLED;
      const count = async () =>
        Number((await project.query("SELECT count(*) AS n FROM movies", "job.yaml"))[0]?.n);
      expect(await count()).toBe(TITLED.length);

      const unmended = await reported(project, ["replay", run.run_id, "job.yaml"], 1);
      expect(unmended.objects[0]).toMatchObject({ read: bad, written: 0, rejected: bad });
      expect(await count()).toBe(TITLED.length);

      project.write("movies.ts", moviesReader(schema));
      const first = await reported(project, ["replay", run.run_id, "job.yaml"], 1);
      expect(first).toMatchObject({ kind: "replay", replay_of: run.run_id });
      expect(first.objects[0]).toMatchObject({ read: bad, written: mended, rejected: bad - mended });
      expect(await count()).toBe(TITLED.length + mended);
      expect(await project.query("SELECT count(*) AS n FROM movies WHERE title IS NULL", "job.yaml")).toEqual(
        [{ n: UNTITLED + 1 }],
      );
      if (schema === FRACTIONS_SCHEMA)
        expect(
          await project.query("SELECT votes FROM movies WHERE title = 'a fraction'", "job.yaml"),
        ).toEqual([{ votes: 1.5 }]);

      const before = treeOf(project.folder);
      const second = await reported(project, ["replay", run.run_id, "job.yaml"], 1);
      expect(second.objects[0]).toMatchObject({ read: bad - mended, written: 0, rejected: bad - mended });
      expect(changes(before, treeOf(project.folder)).filter((changed) => changed.startsWith("out/"))).toEqual(
        [],
      );
      expect(await count()).toBe(TITLED.length + mended);
      project.remove();
    },
  );
});

describe("records that a writer refuses", () => {
  const WRITER = `import { defineWriter } from "@dativo/sdk";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export default defineWriter({
  name: "picky",
  idempotentCommit: true,
  open: ({ outputBase }) => (mkdirSync(outputBase, { recursive: true }), { folder: outputBase, limit: Number(readFileSync("limit", "utf8")) }),
  async write({ client, batch, fileCounter }) {
    const rows = batch.rows();
    const rejected = rows.flatMap(({ gross }, index) => (gross > client.limit ? [{ index, reason: "too_expensive", path: "gross" }] : []));
    const refused = new Set(rejected.map(({ index }) => index));
    const kept = rows.filter((_, index) => !refused.has(index));
    const path = join(client.folder, "staged-" + fileCounter);
    writeFileSync(path, kept.map((row) => JSON.stringify(row) + "\\n").join(""));
    return { files: [{ path, recordCount: kept.length }], rejected };
  },
  async commit({ client, files, token }) {
    const target = join(client.folder, token.replaceAll("/", "_") + ".jsonl");
    if (!existsSync(target)) writeFileSync(target, files.map(({ path }) => readFileSync(path, "utf8")).join(""));
    for (const { path } of files) rmSync(path, { force: true });
    return { status: "success", filesAdded: 1 };
  },
  async abort({ files }) {
    for (const { path } of files) rmSync(path, { force: true });
  },
});
`;

  test("are dead letters with the writer's reason, and are stored when the writer takes them", async () => {
    const LIMIT = 300_000_000;
    const project = moviesProject(
      '  custom_writer: "writer.ts:default"\n  connection: { path: ./out/movies }',
      "schema_validation_mode: warn",
    );
    project.write("writer.ts", WRITER);
    project.write("limit", String(LIMIT));
    const expensive = TITLED.filter(({ gross }) => gross !== null && gross > LIMIT);
    expect(expensive.length).toBeGreaterThan(5);

    const run = await reported(project, ["run", "job.yaml"], 1);
    expect(run.objects[0]).toMatchObject({
      written: TITLED.length - expensive.length,
      rejected: PLANTED.length + UNTITLED + expensive.length,
    });
    const refused = lettersOf(project, run.run_id).filter(({ reason }) => reason === "too_expensive");
    expect(refused.every(({ path }) => path === "gross")).toBe(true);
    expect(multiset(refused.map(({ record }) => record))).toEqual(
      multiset(expensive.map(({ title, ...rest }) => ({ title, ...rest }))),
    );

    project.write("limit", "1e12");
    const replay = await reported(project, ["replay", run.run_id, "job.yaml"], 1);
    expect(replay.objects[0]).toMatchObject({ written: expensive.length });
    expect(multiset(jsonLines(project, "movies"))).toEqual(multiset(TITLED.map(stored)));
    project.remove();
  });
});

describe("lines of a CSV file", () => {
  test.each([
    ["plain", false],
    ["compressed", true],
  ])(
    "each line of a %s file that is no record is set aside with its place; the others are stored",
    async (_, compressed) => {
      const project = zipCodesProject(compressed);
      const dry = await reported(project, ["run", "job.yaml", "--dry-run"], 1);
      expect(dry.objects[0]).toMatchObject({
        read: ZIP_CODES.length + BAD_LINES.length,
        rejected: BAD_LINES.length,
      });
      const report = await reported(project, ["run", "job.yaml"], 1);
      expect(report.objects[0]).toMatchObject({
        read: ZIP_CODES.length + BAD_LINES.length,
        written: ZIP_CODES.length,
        rejected: BAD_LINES.length,
      });
      const letters = lettersOf(project, report.run_id);
      expect(letters.length).toBe(BAD_LINES.length);
      for (const { reason, path, expected } of BAD_LINES)
        expect(letters, reason).toContainEqual(
          expect.objectContaining({
            object: "zipcodes",
            reason,
            path: expect.stringContaining(path),
            expected,
          }),
        );
      const [sums] = await project.query(
        "SELECT count(*) AS n, count(DISTINCT zip_code) AS codes, min(zip_code) AS first, sum(latitude) AS latitudes FROM zipcodes",
        "job.yaml",
      );
      expect(sums).toMatchObject({
        n: ZIP_CODES.length,
        codes: new Set(ZIP_CODES.map(({ zip_code }) => zip_code)).size,
        first: "00501",
      });
      expect(Number(sums?.latitudes)).toBeCloseTo(
        ZIP_CODES.reduce((sum, { latitude }) => sum + latitude, 0),
        3,
      );
      project.remove();
    },
  );
});

describe("records at the boundary of a cursor", () => {
  test("what was stored before is counted as deduplicated, what lies before the cursor as filtered", async () => {
    const project = earthquakesProject();
    const early = EARTHQUAKES.filter(({ updated }) => updated <= FIRST_RUN_UNTIL);
    const first = await reported(project, ["run", "job.yaml"], 0, { UNTIL: FIRST_RUN_UNTIL });
    expect(first.objects[0]).toMatchObject({
      read: early.length,
      written: early.length,
      filtered: 0,
      deduplicated: 0,
    });

    // The source sends everything again, as a careless one does.
    const boundary = early.filter(({ updated }) => updated === early.at(-1)?.updated).length;
    const second = await reported(project, ["run", "job.yaml"], 0);
    expect(second.objects[0]).toMatchObject({
      read: EARTHQUAKES.length,
      written: EARTHQUAKES.length - early.length,
      filtered: early.length - boundary,
      deduplicated: boundary,
    });
    expect(multiset(jsonLines(project, "quakes"))).toEqual(multiset(EARTHQUAKES));

    const third = await reported(project, ["run", "job.yaml"], 0);
    expect(third.objects[0]).toMatchObject({ written: 0 });
    expect(
      JSON.parse(readFileSync(project.path(".dativo/runs", third.run_id, "report.json"), "utf8")),
    ).toEqual(third);
    project.remove();
  });
});
