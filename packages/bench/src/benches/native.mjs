import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flights, WORK } from "../datasets.mjs";
import { contestant, run } from "../measure.mjs";
import { median, printTable, ratio, seconds } from "../table.mjs";

const EXAMPLES = fileURLToPath(new URL("../../../../docs/examples/rust/target", import.meta.url));
const library = (name) =>
  join(process.env.CARGO_TARGET_DIR ?? EXAMPLES, "release", `lib${name.replaceAll("-", "_")}.so`);
const SOURCES = fileURLToPath(new URL("../native/", import.meta.url));

const RUNS = 3;

/** Native plugins through the engine, beside the existing platform's way and beside nothing but the two libraries. */
export async function native({ total = 1_000_000 } = {}) {
  if (!existsSync(library("generate"))) {
    console.log(
      "\nnative: skipped, the example plugins were not built, which takes cargo (npm run bench builds them)",
    );
    return;
  }
  const linked = join(WORK, "linked");
  mkdirSync(WORK, { recursive: true });
  execFileSync("rustc", ["--edition", "2021", "-O", "-o", linked, join(SOURCES, "linked.rs")]);

  const sized = (rows) => ({ rows, batch_rows: 10_000 });
  const out = join(WORK, "native");
  const job = (reader, writer, format, { more = "", rows = total } = {}) =>
    `${more}source: { custom_reader: "${library(reader)}:create_reader", connection: ${JSON.stringify(sized(rows))}, objects: [records] }\ntarget: { custom_writer: "${library(writer)}:create_writer", connection: { path: ./out }, engine: { options: { format: ${format} } } }\n`;
  const dativo = (text) => contestant("native-dativo", [out, text, RUNS]);
  const peer = async (command, args) => {
    const times = [];
    for (let round = 0; round < RUNS; round += 1) {
      rmSync(out, { recursive: true, force: true });
      const { stdout } = await run(command, args);
      times.push(JSON.parse(stdout.trim().split("\n").at(-1)).seconds);
    }
    return median(times);
  };
  const v1Source = JSON.stringify({
    type: "custom",
    connection: sized(total),
    credentials: {},
    objects: ["records"],
    files: [],
    incremental: {},
    engine: {},
  });
  const v1Target = (format) =>
    JSON.stringify({
      asset_name: "records",
      schema: [],
      output_base: out,
      target_type: "custom",
      connection: {},
      file_format: null,
      engine: { options: { format } },
    });
  const surroundings = { run: { id: "bench", job: "bench" }, project_root: WORK };
  // Arrow passes so quickly that a million records would measure little but the start and the end of a run.
  const many = 10 * total;
  const v2Source = JSON.stringify({
    config: {
      type: "custom",
      connection: sized(many),
      credentials: {},
      objects: ["records"],
      files: [],
      incremental: {},
      engine: {},
    },
    default_object: "records",
    ...surroundings,
  });
  const v2Target = (format) =>
    JSON.stringify({
      config: {
        type: "custom",
        connection: {},
        credentials: {},
        engine: { options: { format } },
        mode: "append",
      },
      asset: { name: "records", version: "1" },
      object: "records",
      mode: "append",
      output_base: out,
      ...surroundings,
    });

  const lines = [["1M records of 8 fields", "dativo", "peer", "dativo is"]];
  const line = (name, ours, theirs) =>
    lines.push([name, seconds(ours), seconds(theirs), `${ratio(theirs / ours)} as fast`]);
  const [r1, w1, r2, w2] = ["v1-generate", "v1-sink", "generate", "sink"];
  const python = await peer("python3", [
    join(SOURCES, "existing_platform.py"),
    library(r1),
    library(w1),
    v1Source,
    v1Target("jsonl"),
  ]);
  const passed = await dativo(job(r1, w1, "jsonl"));
  line("ABI 1 → 1, JSON Lines; existing platform (Python, ctypes)", passed.seconds, python);
  const checked = await dativo(job(r1, w1, "jsonl", { more: ASSET }));
  line("  the same, each record checked against a schema", checked.seconds, python);
  line(
    "ABI 1 → 1, JSON Lines; the libraries alone",
    passed.seconds,
    await peer(linked, ["1", library(r1), library(w1), v1Source, v1Target("jsonl")]),
  );
  const pointers = await dativo(job(r2, w2, "count", { rows: many }));
  line(
    "10M, ABI 2 → 2, counting; the libraries alone",
    pointers.seconds,
    await peer(linked, ["2", library(r2), library(w2), v2Source, v2Target("count")]),
  );
  const written = await dativo(job(r2, w2, "jsonl", { rows: many }));
  line(
    "10M, ABI 2 → 2, JSON Lines; the libraries alone",
    written.seconds,
    await peer(linked, ["2", library(r2), library(w2), v2Source, v2Target("jsonl")]),
  );

  const { threeCsv } = await flights();
  const csv = await contestant("native-dativo", [
    out,
    `source: { custom_reader: "${library("csv-reader")}:create_reader", files: [{ path: "${threeCsv}", object: flights }], objects: [flights] }\ntarget: { type: parquet, connection: { path: ./out } }\n`,
    RUNS,
  ]);
  const copy = await contestant("columnar-duckdb", ["csv", threeCsv, join(WORK, "copy")]);
  line("flights-3m: Rust CSV reader → Parquet; DuckDB COPY", csv.seconds, copy.seconds);
  printTable(`Native plugins (median of ${RUNS}, start-up excluded on both sides)`, lines);
}

const ASSET = `asset:
  name: records
  version: "1.0"
  source_type: custom
  object: records
  schema:
    - { name: id, type: integer, required: true }
    - { name: account, type: integer, required: true }
    - { name: amount, type: number, required: true }
    - { name: quantity, type: integer, required: true }
    - { name: active, type: boolean, required: true }
    - { name: created_at, type: string, required: true }
    - { name: name, type: string, required: true }
    - { name: city, type: string }
`;
