import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDb } from "@dativo/columnar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Project } from "../dativo.js";
import { buildRustLibraries, hasCargo, rustExample } from "../native/rust-libraries.js";
import { GUIDE_PLUGINS } from "../python/guide-blocks.js";
import { noLibraries } from "../python/python-here.js";
import { alternating } from "../sample.js";
import type { CloudReport } from "./cloud-runs.js";
import { aws, type EmulatedProvider, gcp } from "./providers.js";

const GUIDE = fileURLToPath(new URL("../../../../docs/examples/guide/", import.meta.url));
const { startApi, OBJECTS } = (await import(join(GUIDE, "api.mjs"))) as {
  startApi(options: { key: string }): Promise<{ url: string; close(): Promise<void> }>;
  OBJECTS: Record<"users" | "orders", Record<string, unknown>[]>;
};

const KEY = "guide-key-that-nobody-may-see";
let api: Awaited<ReturnType<typeof startApi>>;

beforeAll(async () => {
  api = await startApi({ key: KEY });
});
afterAll(() => api.close());

/** The guide's job file, its plugins placed in the cloud; in a function each when their settings differ. */
const guideJob = (ending: "ts" | "py", engine: string, writerEngine = engine) => `source:
  custom_reader: "plugins/my_reader.${ending}:MyCustomReader"
  connection:
    base_url: "\${API_URL}"
  credentials:
    api_key: "\${API_KEY}"
  objects: ["users", "orders"]
  engine:
${engine}
target:
  custom_writer: "plugins/my_writer.${ending}:MyCustomWriter"
  engine:
    options:
      format: "jsonl"
${writerEngine}`;

const TYPESCRIPT_PLUGINS = Object.fromEntries(
  readdirSync(join(GUIDE, "plugins")).map((name) => [
    `plugins/${name}`,
    readFileSync(join(GUIDE, "plugins", name), "utf8"),
  ]),
);

/** Every record below a folder, sorted as text. */
function written(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n"))
    .map((line) => JSON.stringify(JSON.parse(line)))
    .sort();
}

const everything = Object.values(OBJECTS)
  .flat()
  .map((record) => JSON.stringify(record))
  .sort();

describe.each([
  ["aws", () => aws(), 0],
  ["gcp", gcp, 1],
] as const)("plugins in the functions of %s", (name, start, turn) => {
  let provider: EmulatedProvider;
  let env: Record<string, string>;
  beforeAll(async () => {
    provider = await start();
    env = { ...provider.emulator.env, API_KEY: KEY, API_URL: api.url };
  });
  afterAll(() => provider.emulator.dispose());

  const run = async (project: Project, file: string): Promise<CloudReport> => {
    const ended = await project.dativo(["run", file, "--json"], { env });
    expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
    expect(ended.stdout + ended.stderr).not.toContain(KEY);
    return JSON.parse(ended.stdout);
  };

  const guide = async (ending: "ts" | "py", plugins: Readonly<Record<string, string>>, functions: number) => {
    const project = new Project({
      ...plugins,
      "job.yaml": guideJob(
        ending,
        provider.cloudExecution(provider.runtimes[ending === "ts" ? "node" : "python"]),
      ),
    });
    const validated = await project.dativo(["validate", "job.yaml"], { env });
    expect(validated.code, `${validated.stderr}${validated.stdout}`).toBe(0);
    expect(validated.stdout).not.toContain("not acted on");
    const report = await run(project, "job.yaml");
    expect(report.objects).toMatchObject([
      { object: "users", read: 344, written: 344 },
      { object: "orders", read: 120, written: 120 },
    ]);
    expect(written(project.path("data"))).toEqual(everything);
    expect(report.cloud.length).toBe(functions);
    // The provider never sees the key but as a secret.
    const asked = provider.emulator.calls.filter(({ operation }) => !/secret/i.test(operation));
    expect(JSON.stringify(asked)).not.toContain(KEY);
    project.remove();
  };

  alternating(test, turn)("the guide's job in TypeScript writes what it writes here", () =>
    guide("ts", TYPESCRIPT_PLUGINS, 1),
  );

  alternating(test.skipIf(noLibraries !== undefined), turn + 1)(
    `the guide's job in Python writes what it writes here (${noLibraries ?? "unmodified"})`,
    () => guide("py", GUIDE_PLUGINS, 2),
  );

  alternating(test.skipIf(!hasCargo), turn)(
    "a reader and a writer in Rust write what they write here",
    async () => {
      await buildRustLibraries();
      const project = new Project();
      for (const library of ["generate", "parquet-writer"])
        copyFileSync(rustExample(library), project.path(`lib${library.replace("-", "_")}.so`));
      const job = (folder: string, engine: string) => `source:
  custom_reader: "libgenerate.so:create_reader"
  connection: { rows: 50000, batch_rows: 5000 }
  objects: [records]
${engine}target:
  custom_writer: "libparquet_writer.so:create_writer"
  connection: { path: "./${folder}" }
${engine}`;
      const engine = `  engine:\n${provider.cloudExecution(provider.runtimes.node)}`;
      project.write("here.yaml", job("here", ""));
      project.write("there.yaml", job("there", engine));
      await run(project, "here.yaml");
      const { cloud } = await run(project, "there.yaml");
      expect(cloud.length).toBe(1);
      await using database = await DuckDb.open();
      const connection = database.connect();
      const contents = async (folder: string) => {
        const files = `'${project.path(folder)}/**/*.parquet'`;
        const { rows } = await connection.query(
          `SELECT t::varchar AS record FROM read_parquet(${files}) t ORDER BY 1`,
        );
        return rows.map(({ record }) => record);
      };
      const there = await contents("there");
      expect(there.length).toBe(50_000);
      expect(there).toEqual(await contents("here"));
      project.remove();
    },
  );

  alternating(test, turn + 1)(
    "what goes wrong in functions of their own loses and doubles nothing",
    async () => {
      const execution = provider.cloudExecution(provider.runtimes.node);
      const project = new Project({
        ...TYPESCRIPT_PLUGINS,
        "job.yaml": guideJob("ts", execution, execution.replace('"INFO"', '"DEBUG"')),
      });
      const { faults } = provider.emulator;
      const planned = await project.dativo(["cloud", "plan", "job.yaml", "--json"], { env });
      const { functions } = JSON.parse(planned.stdout) as {
        functions: readonly { function: string; plugins: readonly { kind: string }[] }[];
      };
      const [reader, writer] = ["reader", "writer"].map(
        (wanted) => functions.find(({ plugins }) => plugins[0]?.kind === wanted)?.function ?? "",
      ) as [string, string];
      faults.clear();
      faults.add({ kind: "throttle", times: 2 });
      faults.add({ kind: "kill", afterBytes: 20_000, function: reader });
      faults.add({ kind: "truncate", afterBytes: 21_000, function: reader });
      // The writer has written by then, and its answer is lost.
      faults.add({ kind: "kill", afterBytes: 1, skip: 1, function: writer });
      faults.add({ kind: "truncate", afterBytes: 1, skip: 2, function: writer });
      const report = await run(project, "job.yaml");
      expect(report.objects).toMatchObject([
        { read: 344, written: 344 },
        { read: 120, written: 120 },
      ]);
      expect(written(project.path("data"))).toEqual(everything);
      expect(faults.happened.map(({ kind }) => kind).sort()).toEqual([
        "kill",
        "kill",
        "throttle",
        "throttle",
        "truncate",
        "truncate",
      ]);
      expect(name === "aws" ? report.cloud[0]?.billed_ms : 1).toBeGreaterThan(0);
      project.remove();
    },
  );
});
