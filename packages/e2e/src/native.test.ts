import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDb } from "@dativo/columnar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lettersOf } from "./books/run-report.js";
import { installedCommand, Project } from "./dativo.js";
import { buildRustLibraries, compileFixture, hasCargo, rustExample } from "./native/rust-libraries.js";
import { LINES_READER, LINES_WRITER } from "./native/typescript-plugins.js";
import { sample, some } from "./sample.js";
import { vegaData } from "./vega-data.js";

const AIRPORTS = vegaData("airports.csv");

let project: Project;
/** Every airport as one line of text, sorted. */
let expected: string[];

beforeAll(async () => {
  if (!hasCargo) return;
  await buildRustLibraries();
  project = new Project({ "reader.ts": LINES_READER, "writer.ts": LINES_WRITER });
  for (const name of ["v1_plugin", "v2_plugin"]) compileFixture(name, project.path(`lib${name}.so`));
  await using database = await DuckDb.open();
  const connection = database.connect();
  const { rows } = await connection.query(
    `SELECT to_json(a)::varchar AS line FROM read_csv('${AIRPORTS}', nullstr = '') a`,
  );
  project.write("airports.ndjson", rows.map(({ line }) => `${line}\n`).join(""));
  expected = rows.map(({ line }) => canonical(JSON.parse(String(line)))).sort();
}, 900_000);
afterAll(() => project?.remove());

/** A record as text that is the same whether a missing value is null or left out, and in whichever order. */
function canonical(record: Record<string, unknown>): string {
  const members = Object.entries(record).filter(([, value]) => value !== null);
  return JSON.stringify(members.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Every record of the JSON Lines below a folder, in canonical form and sorted. */
function written(folder: string): string[] {
  if (!existsSync(project.path(folder))) return [];
  const files = (readdirSync(project.path(folder), { recursive: true }) as string[]).filter((name) =>
    /\.jsonl?$/.test(name),
  );
  return files
    .flatMap((name) => records(readFileSync(join(project.path(folder), name), "utf8")))
    .map(canonical)
    .sort();
}

function records(text: string): Record<string, unknown>[] {
  if (text.startsWith("[")) return JSON.parse(text);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

let jobs = 0;

/** Writes a job file and runs it. */
async function run(job: string, ...args: string[]) {
  jobs += 1;
  const file = `job-${jobs}.yaml`;
  project.write(file, job);
  const ended = await project.dativo(["run", file, ...args]);
  return { ...ended, file };
}

const SANDBOXES = ["in process", "sandboxed"] as const;
const sandbox = (where: string, more = "") =>
  where === "sandboxed" ? `plugins: { sandbox: { enabled: true${more} } }\n` : "";

const READERS: Record<string, () => string> = {
  "Rust v1": () =>
    `custom_reader: "libv1_plugin.so:create_reader", connection: { lines: "${project.path("airports.ndjson")}", batch: 700 }`,
  "Rust v2": () =>
    `custom_reader: "${rustExample("csv-reader")}:create_reader", files: [{ path: "${AIRPORTS}", object: airports }]`,
  TypeScript: () =>
    `custom_reader: "reader.ts:default", connection: { lines: "${project.path("airports.ndjson")}" }`,
};
const WRITERS: Record<string, () => string> = {
  "Rust v1": () => `custom_writer: "${rustExample("v1-sink")}:create_writer"`,
  "Rust v2": () => `custom_writer: "${rustExample("sink")}:create_writer"`,
  TypeScript: () => `custom_writer: "writer.ts:Lines"`,
};

/** Every reader with every writer; in a sample, in one of both places, and in each place with others. */
const COMBINATIONS = Object.keys(READERS)
  .flatMap((reader) => Object.keys(WRITERS).map((writer) => [reader, writer] as const))
  .flatMap((pair, turn) => sample(SANDBOXES, some(1, 2, turn)).map((where) => [...pair, where] as const));

describe.skipIf(!hasCargo)("native plugins (skipped without cargo)", () => {
  test.each(COMBINATIONS)("%s reader, %s writer, %s: the same records", async (reader, writer, where) => {
    const folder = `out-${jobs}`;
    const ended = await run(
      `${sandbox(where)}source: { ${READERS[reader]?.()}, objects: [airports] }
target: { ${WRITERS[writer]?.()}, connection: { path: "./${folder}" } }
`,
      "--json",
    );
    expect(ended.code, ended.stderr + ended.stdout).toBe(0);
    expect(JSON.parse(ended.stdout).objects).toMatchObject([
      { object: "airports", read: expected.length, written: expected.length },
    ]);
    expect(written(folder)).toEqual(expected);
  });

  test.each(SANDBOXES)("columns by pointer into files and tables, %s", async (where) => {
    const source = `${sandbox(where)}source: { custom_reader: "${rustExample("generate")}:create_reader", connection: { rows: 100000, batch_rows: 10000 }, objects: [records] }\n`;
    const targets = [
      ["parquet", `./out-${where.length}-parquet`],
      ["csv", `./out-${where.length}-csv`],
      ["duckdb", `./out-${where.length}.duckdb`],
    ] as const;
    for (const [type, path] of sample(targets, some(1, 2, SANDBOXES.indexOf(where)))) {
      const ended = await run(`${source}target: { type: ${type}, connection: { path: "${path}" } }\n`);
      expect(ended.code, ended.stderr + ended.stdout).toBe(0);
      const [row] = await project.query(
        "select count(*)::int as n, sum(id)::bigint as ids, count(city)::int as cities, max(created_at)::varchar as last, count(distinct name)::int as names from records",
        ended.file,
      );
      expect(row).toMatchObject({ n: 100_000, ids: 4_999_950_000, cities: 99_000, names: 10_000 });
      expect(row?.last).toMatch(/^2026-01-02 03:46:39/);
    }
  });

  test.each(SANDBOXES)("many batches of columns into a writer in Rust, %s", async (where) => {
    const folder = `many-${where.replace(" ", "-")}`;
    const ended = await run(
      `${sandbox(where)}source: { custom_reader: "${rustExample("generate")}:create_reader", connection: { rows: 300000, batch_rows: 3000 }, objects: [records] }
target: { custom_writer: "${rustExample("parquet-writer")}:create_writer", connection: { path: "./${folder}" } }
`,
    );
    expect(ended.code, ended.stderr + ended.stdout).toBe(0);
    await using database = await DuckDb.open();
    const { rows } = await database
      .connect()
      .query(
        `select count(*)::int as n, sum(id)::bigint as ids, sum(account)::bigint as accounts, count(*) filter (name = 'customer ' || lpad((id % 10000)::varchar, 4, '0'))::int as names, count(city)::int as cities from read_parquet('${project.path(folder)}/**/*.parquet')`,
      );
    expect(rows).toEqual([
      { n: 300_000, ids: 44_999_850_000, accounts: 14_999_850_000, names: 300_000, cities: 297_000 },
    ]);
  });

  test("--explain shows the path", async () => {
    const path = async (reader: string, target: string, where = "in process") => {
      const ended = await run(
        `${sandbox(where)}source: { ${reader}, objects: [airports] }\ntarget: { ${target}, connection: { path: ./never } }\n`,
        "--explain",
      );
      expect(ended.code, ended.stderr).toBe(0);
      return /path +(.*)/.exec(ended.stdout)?.[1];
    };
    const v1 = READERS["Rust v1"]?.() ?? "";
    const v2 = READERS["Rust v2"]?.() ?? "";
    expect(await path(v1, WRITERS["Rust v1"]?.() ?? "")).toBe("json → json  (the text passes unparsed)");
    expect(await path(v2, WRITERS["Rust v2"]?.() ?? "")).toBe(
      "native → native  (the arrays pass by pointer)",
    );
    expect(await path(v2, "type: parquet")).toBe("native → native  (the arrays pass by pointer)");
    expect(await path(v2, WRITERS.TypeScript?.() ?? "")).toBe("native → rows  (the writer takes rows)");
    expect(await path(v2, "type: parquet", "sandboxed")).toBe("arrow → arrow  (columns pass as they are)");
  });

  test("the guide's reader, compiled unchanged, never ends: it is stopped, or cut off at a limit", async () => {
    const job = `source:
  custom_reader: "${rustExample("my_plugin")}:create_reader"
  connection:
    path: "/data/input"
  objects: ["data"]
target: { type: jsonl, connection: { path: ./guide } }
`;
    const endless = await run(job);
    expect(endless.code).toBe(2);
    expect(endless.stderr).toContain("SOURCE_NOT_ADVANCING");
    expect(endless.stderr).toContain(
      "extract_batch returned the same text 1000 times in a row, byte for byte",
    );
    expect(written("guide")).toEqual([]);
    const limited = await run(job, "--limit", "3001");
    expect(limited.code, limited.stderr).toBe(0);
    expect(written("guide")).toHaveLength(3001);
  });

  /** A job that reads what misbehaves, and writes lines to a folder; what hangs is tried again once, and at once. */
  const misbehaving = (library: string, connection: string, folder: string) =>
    `source: { custom_reader: "${rustExample(library)}:create_reader", connection: { ${connection} }, engine: { options: { call_timeout_seconds: 3 } }, objects: [records] }
target: { type: jsonl, connection: { path: "./${folder}" } }
retry_config: { max_retries: 1, initial_delay_seconds: 0 }
`;

  const SANDBOXED: readonly [library: string, connection: string, code: string, message: RegExp][] = [
    [
      "v1-misbehaves",
      "misbehave: panic",
      "PLUGIN_CRASHED",
      /"v1_misbehaves" was ended by SIGABRT during extract[\s\S]*panicked at/,
    ],
    [
      "v1-misbehaves",
      "misbehave: panic, in: create",
      "PLUGIN_CRASHED",
      /SIGABRT during extract[\s\S]*panicked at/,
    ],
    ["v1-misbehaves", "misbehave: segfault", "PLUGIN_CRASHED", /SIGSEGV during extract/],
    [
      "v1-misbehaves",
      "misbehave: hang",
      "PLUGIN_TIMEOUT",
      /"v1_misbehaves" failed in extract: it made no progress for 3 s/,
    ],
    ["v1-misbehaves", "misbehave: leak", "PLUGIN_CRASHED", /SIGKILL during extract, out of memory/],
    [
      "v1-misbehaves",
      "misbehave: invalid_utf8",
      "ABI_VIOLATION",
      /"v1_misbehaves" failed in extract: extract_batch returned a text that is not UTF-8/,
    ],
    [
      "v1-misbehaves",
      "misbehave: invalid_json",
      "ABI_VIOLATION",
      /extract_batch returned a text that is not JSON/,
    ],
    [
      "v1-misbehaves",
      "misbehave: wrong_shape",
      "ABI_VIOLATION",
      /extract_batch returned a JSON object instead of an array/,
    ],
    ["v1-misbehaves", 'misbehave: "null"', "ABI_VIOLATION", /create_reader returned null/],
    ["v1-misbehaves", "misbehave: repeat", "SOURCE_NOT_ADVANCING", /the same text 1000 times/],
    [
      "misbehaves",
      "misbehave: panic",
      "PLUGIN_PANICKED",
      /"misbehaves" failed in extract: The plugin panicked in next at \S+:\d+:\d+: this reader panics in its batch 2/,
    ],
    ["misbehaves", "misbehave: abort", "PLUGIN_CRASHED", /"misbehaves" was ended by SIGABRT during extract/],
    ["misbehaves", "misbehave: segfault", "PLUGIN_CRASHED", /SIGSEGV during extract/],
    [
      "misbehaves",
      "misbehave: hang",
      "PLUGIN_TIMEOUT",
      /"misbehaves" failed in extract: it made no progress for 3 s/,
    ],
    ["misbehaves", "misbehave: leak", "PLUGIN_CRASHED", /SIGKILL during extract, out of memory/],
    [
      "misbehaves",
      "misbehave: invalid_utf8",
      "ABI_VIOLATION",
      /"misbehaves" failed in extract: The column "\w+" holds a text that is not UTF-8/,
    ],
    ["misbehaves", "misbehave: repeat", "SOURCE_NOT_ADVANCING", /the same batch of records/],
  ];

  test.each(SANDBOXED)("sandboxed, %s with %s ends as %s", async (library, connection, code, message) => {
    const folder = `out-${jobs}`;
    const ended = await run(
      sandbox("sandboxed", ", memory_limit: 200m") + misbehaving(library, connection, folder),
    );
    expect(ended.code, ended.stdout + ended.stderr).toBe(2);
    expect(ended.stderr).toContain(code);
    expect(ended.stderr).toMatch(message);
    expect(written(folder)).toEqual([]);
  });

  const harmless = SANDBOXED.filter(([, connection]) => !/panic|abort|segfault|leak/.test(connection));
  test.each(sample(harmless, some(1, 2)))(
    "in process, %s with %s ends as %s",
    async (library, connection, code, message) => {
      const folder = `out-${jobs}`;
      const started = Date.now();
      const ended = await run(misbehaving(library, connection, folder));
      expect(ended.code, ended.stdout + ended.stderr).toBe(2);
      expect(ended.stderr).toContain(code);
      expect(ended.stderr).toMatch(message);
      expect(written(folder)).toEqual([]);
      // A thread that hangs does not keep the process.
      expect(Date.now() - started).toBeLessThan(60_000);
    },
  );

  test.each([
    ["v1_plugin", "panic", "SIGABRT", "extract_batch"],
    ["v1_plugin", "segfault", "SIGSEGV", "extract_batch"],
    ["v2_plugin", "segfault", "SIGSEGV", "next"],
  ])(
    "in process, %s with %s takes the process along, and the next run recovers and says so",
    async (library, fault, signal, call) => {
      const folder = `out-${jobs}`;
      const job = (name: string) =>
        `source: { custom_reader: "lib${library}.so:create_reader", connection: { case: ${name}, total: 9 }, objects: [items] }
target: { type: jsonl, connection: { path: "./${folder}" } }
`;
      const crashed = await run(job(fault));
      expect(crashed.signal).toBe(signal);
      expect(written(folder)).toEqual([]);
      project.write(crashed.file, job("count"));
      const next = await project.dativo(["run", crashed.file]);
      expect(next.code, next.stderr).toBe(0);
      expect(next.stderr).toContain(`A run before this one ended inside ${call} of plugin`);
      expect(written(folder)).toHaveLength(library === "v1_plugin" ? 9 : 36);
      const after = await project.dativo(["run", crashed.file]);
      expect(after.stderr).not.toContain("A run before this one ended");
    },
  );

  test.each(SANDBOXES)(
    "%s, records that a v2 writer rejects are dead letters, and replayed",
    async (where) => {
      const folder = `rejected-${where.replace(" ", "-")}`;
      const job = (longest: number) =>
        `schema_validation_mode: warn\n${sandbox(where)}source: { ${READERS["Rust v2"]?.()}, objects: [airports] }
target: { ${WRITERS["Rust v2"]?.()}, connection: { path: "./${folder}" }, engine: { options: { max_line_bytes: ${longest} } } }
`;
      const ended = await run(job(150), "--json");
      expect(ended.code, ended.stderr).toBe(1);
      const report = JSON.parse(ended.stdout);
      const letters = lettersOf(project, report.run_id);
      const stored = written(folder);
      expect(letters.length).toBeGreaterThan(5);
      expect(stored.length).toBeGreaterThan(5);
      expect(report.objects[0]).toMatchObject({
        read: expected.length,
        written: stored.length,
        rejected: letters.length,
      });
      expect(letters.every(({ reason }) => reason === "line_too_long")).toBe(true);
      const refused = letters.map(({ record }) => canonical(record as Record<string, unknown>));
      expect([...stored, ...refused].sort()).toEqual(expected);

      project.write(ended.file, job(10_000));
      const replay = await project.dativo(["replay", report.run_id, ended.file, "--json"]);
      expect(replay.code, replay.stderr + replay.stdout).toBe(0);
      expect(JSON.parse(replay.stdout).objects[0]).toMatchObject({ written: letters.length, rejected: 0 });
      expect(written(folder)).toEqual(expected);
    },
  );

  test.each(sample(SANDBOXES, some(1, 2)))(
    "%s, what a library prints never gets into --json",
    async (where) => {
      const folder = `printed-${where.replace(" ", "-")}`;
      const job = `${sandbox(where)}source: { custom_reader: "libv1_plugin.so:create_reader", connection: { case: prints, total: 9, batch: 3 }, objects: [items] }
target: { type: jsonl, connection: { path: "./${folder}" } }
`;
      const ended = await run(job, "--json");
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({ status: "succeeded" });
      expect(written(folder)).toHaveLength(9);
      // A library of C keeps what it prints until the process ends.
      for (const text of [`{"printed": "by Rust"}`, `{"printed": "by C"}`])
        expect(ended.stderr.replaceAll('\\"', '"')).toContain(text);
      const checked = await project.dativo(["check", ended.file, "--json"]);
      expect(() => JSON.parse(checked.stdout)).not.toThrow();
      // A file, and a pipe whose other end is read late.
      const script = `"$0" "$1" run ${ended.file} --json > ${folder}.json && "$0" "$1" run ${ended.file} --json | (sleep 1; cat) > ${folder}-2.json`;
      execFileSync("sh", ["-c", script, process.execPath, installedCommand()], {
        cwd: project.folder,
        stdio: "ignore",
      });
      for (const name of [`${folder}.json`, `${folder}-2.json`])
        expect(JSON.parse(readFileSync(project.path(name), "utf8"))).toMatchObject({ status: "succeeded" });
    },
  );

  test.each([
    ["open", "open"],
    ["next", "extract"],
  ])(
    "in process too, a panic in %s of a plugin built with the crate is an error of its own",
    async (inside, call) => {
      const ended = await run(misbehaving("misbehaves", `misbehave: panic, in: ${inside}`, "panicked"));
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain("PLUGIN_PANICKED");
      expect(ended.stderr).toMatch(
        new RegExp(
          `"misbehaves" failed in ${call}: The plugin panicked in ${inside} at \\S+: this reader panics`,
        ),
      );
      expect(written("panicked")).toEqual([]);
    },
  );
});
