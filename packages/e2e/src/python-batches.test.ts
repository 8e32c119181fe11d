import { readFileSync } from "node:fs";
import { DuckDb } from "@dativo/columnar";
import { beforeAll, describe, expect, test } from "vitest";
import { Project } from "./dativo.js";
import { buildRustLibraries, hasCargo, rustExample } from "./native/rust-libraries.js";
import { LIBRARIES_PYTHON, noLibraries } from "./python/python-here.js";

const BATCHES = 60;
const ROWS = 20_000;
/** The batches that have a record without a price. */
const BAD = [7, 8, 31, 59];

/** Batches large enough for the memory that both processes share, each record of which tells what it should be. */
const READER = `import pyarrow as pa
import pyarrow.compute as pc
from dativo_ingest.plugins import BaseReader


class Reader(BaseReader):
    def extract(self, state_manager=None):
        for batch in range(${BATCHES}):
            ids = pa.array(range(batch * ${ROWS}, (batch + 1) * ${ROWS}))
            price = pc.multiply(pc.cast(ids, pa.float64()), 0.5)
            if batch in ${JSON.stringify(BAD)}:
                price = pc.if_else(pc.equal(ids, batch * ${ROWS} + 1), pa.scalar(None, pa.float64()), price)
            name = pc.binary_join_element_wise("n", pc.cast(ids, pa.string()), "/")
            yield pa.record_batch({"id": ids, "name": name, "price": price})
`;

const ASSET = `name: things
version: "1.0"
source_type: custom
object: things
team: { owner: data@example.com }
schema:
  - { name: id, type: integer, required: true }
  - { name: name, type: string, required: true }
  - { name: price, type: double, required: true }
`;

interface Target {
  readonly name: string;
  /** The target of the job. */
  readonly job: () => string;
  readonly rest?: string;
  /** What the records are read from. */
  readonly from: (project: Project) => string;
}

const parquet: Target = {
  name: "Parquet files",
  job: () => "  type: parquet\n  connection: { path: out }\n  engine: { options: { buffer_mb: 2 } }\n",
  from: (project) => `'${project.path("out")}/**/*.parquet'`,
};

const rust = (sandboxed: boolean): Target => ({
  name: sandboxed ? "a writer in Rust in a sandbox" : "a writer in Rust",
  job: () =>
    `  custom_writer: "${rustExample("parquet-writer")}:create_writer"\n  connection: { path: out }\n`,
  ...(sandboxed ? { rest: "plugins: { sandbox: { enabled: true } }\n" } : {}),
  from: (project) => `'${project.path("out")}/**/*.parquet'`,
});

const targets: readonly Target[] = [
  parquet,
  {
    name: "a DuckDB table",
    job: () => "  type: duckdb\n  connection: { path: out.duckdb }\n",
    from: () => "target.things",
  },
  {
    name: "JSON lines",
    job: () => "  type: jsonl\n  connection: { path: out }\n",
    from: (project) => `'${project.path("out")}/**/*.jsonl'`,
  },
  ...(hasCargo ? [rust(false), rust(true)] : []),
];

async function run(target: Target, files: Readonly<Record<string, string>> = {}, rest = "") {
  const project = new Project({
    "reader.py": READER,
    "job.yaml": `source:
  custom_reader: "reader.py:Reader"
  objects: [things]
  engine: { options: { python: "${LIBRARIES_PYTHON}" } }
target:
${target.job()}${target.rest ?? ""}${rest}`,
    ...files,
  });
  const ended = await project.dativo(["run", "job.yaml", "--json"]);
  return { project, ended, report: JSON.parse(ended.stdout) };
}

/** How many records there are, how many of them are different ones, and how many are as they should be. */
async function counted(project: Project, target: Target) {
  await using database = await DuckDb.open();
  const connection = database.connect();
  if (target.from(project).startsWith("target."))
    await connection.run(`ATTACH '${project.path("out.duckdb")}' AS target (READ_ONLY)`);
  const { rows } = await connection.query(
    `SELECT count(*) AS records, count(DISTINCT id) AS ids, count(*) FILTER (name = 'n/' || id AND price IS NOT DISTINCT FROM CASE WHEN id % ${ROWS} = 1 AND id // ${ROWS} IN (${BAD.join(", ")}) THEN NULL ELSE id * 0.5 END) AS good FROM ${target.from(project)}`,
  );
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, count]) => [name, Number(count)]));
}

describe.skipIf(noLibraries !== undefined)(`batches of a Python plugin (${noLibraries ?? "pyarrow"})`, () => {
  beforeAll(async () => {
    if (hasCargo) await buildRustLibraries();
  }, 900_000);

  const all = BATCHES * ROWS;

  test.each(targets.map((target) => [target.name, target] as const))(
    "arrive in %s, each record once and as it was",
    async (_name, target) => {
      const { project, ended } = await run(target);
      expect(ended.code, ended.stderr + ended.stdout).toBe(0);
      expect(await counted(project, target)).toEqual({ records: all, ids: all, good: all });
      project.remove();
    },
  );

  test("whose records do not all fit are looked at one by one, and what is rejected is told as it was", async () => {
    const { project, ended, report } = await run(
      parquet,
      { "assets/things.yaml": ASSET },
      "asset: things\nschema_validation_mode: warn\n",
    );
    expect(ended.code, ended.stderr + ended.stdout).toBe(1);
    const written = all - BAD.length;
    expect(report.objects[0]).toMatchObject({ read: all, written, rejected: BAD.length });
    expect(await counted(project, parquet)).toEqual({ records: written, ids: written, good: written });
    const letters = readFileSync(report.dead_letter_file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).record);
    expect(letters).toEqual(
      BAD.map((batch) => ({ id: batch * ROWS + 1, name: `n/${batch * ROWS + 1}`, price: null })),
    );
    project.remove();
  });
});
