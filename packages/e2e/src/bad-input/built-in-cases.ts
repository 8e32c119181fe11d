import { gzipSync } from "node:zlib";
import { type BadInput, GOOD_READER, job } from "./bad-input.js";

const fromFiles = (
  name: string,
  type: string,
  files: Record<string, string | Uint8Array>,
  entry: string,
  expected: Partial<BadInput> & Pick<BadInput, "code" | "says">,
): BadInput => ({
  name,
  files: { ...files, "job.yaml": job({ source: `  type: ${type}\n  files: [${entry}]` }) },
  ...expected,
});

const toTarget = (
  name: string,
  target: string,
  expected: Partial<BadInput> & Pick<BadInput, "code" | "says">,
): BadInput => ({
  name,
  files: { "job.yaml": job({ target }), "reader.ts": GOOD_READER },
  begins: true,
  ...expected,
});

const PEOPLE = "id,name\n1,Ada\n2,Grace\n";

/** Mistakes about built-in sources and targets. */
export const BUILT_IN_CASES: readonly BadInput[] = [
  fromFiles(
    "a pattern that matches no file",
    "csv",
    { "in/people.csv": PEOPLE },
    '{ path: "in/persons*.csv", object: people }',
    { code: "SOURCE_UNREADABLE", says: ["in/persons*.csv", "people.csv"] },
  ),
  fromFiles(
    "a source file that does not exist",
    "csv",
    { "in/people.csv": PEOPLE },
    '{ path: "in/peple.csv", object: people }',
    { code: "SOURCE_UNREADABLE", says: ["in/peple.csv", "people.csv"] },
  ),
  fromFiles("a files entry without path", "csv", {}, "{ object: people }", {
    code: "CONFIGURATION_ERROR",
    says: ["source.files[0].path"],
  }),
  fromFiles(
    "a files entry with an unknown key",
    "csv",
    { "p.csv": PEOPLE },
    '{ path: p.csv, delimeter: ";" }',
    { code: "CONFIGURATION_ERROR", says: ["source.files[0]", "delimeter"] },
  ),
  fromFiles(
    "a Parquet file that is none",
    "parquet",
    { "p.parquet": "PAR1 not really" },
    "{ path: p.parquet }",
    { code: "SOURCE_UNREADABLE", says: ["p.parquet"] },
  ),
  fromFiles("an Arrow file that is none", "arrow", { "p.arrow": "ARROW1 not really" }, "{ path: p.arrow }", {
    code: "SOURCE_UNREADABLE",
    says: ["p.arrow"],
  }),
  fromFiles("JSON that is cut off", "json", { "p.json": '[{"id": 1}, {"id": ' }, "{ path: p.json }", {
    code: "SOURCE_UNREADABLE",
    says: ["p.json"],
  }),
  fromFiles(
    "a compressed file that is cut off",
    "csv",
    { "p.csv.gz": gzipSync(PEOPLE.repeat(5000)).subarray(0, 200) },
    "{ path: p.csv.gz }",
    { code: "SOURCE_UNREADABLE", says: ["p.csv.gz"] },
  ),
  fromFiles(
    "a broken line of JSON Lines in strict mode",
    "jsonl",
    { "p.jsonl": '{"id": 1}\n{"id": \n{"id": 3}\n' },
    "{ path: p.jsonl }",
    { code: "VALIDATION_FAILED", says: ["p", "a JSON object", "schema_validation_mode: warn"], begins: true },
  ),
  fromFiles(
    "a broken line of CSV in strict mode",
    "csv",
    { "p.csv": "id,name\n1,Ada\n2,Grace,Hopper\n3,Joan\n" },
    "{ path: p.csv }",
    { code: "VALIDATION_FAILED", says: ["p.csv line 3", "2 values", "3 values"], begins: true },
  ),
  toTarget("a target that is a file", "  type: jsonl\n  connection: { path: ./reader.ts }", {
    code: "TARGET_UNWRITABLE",
    says: ["reader.ts", "is a file where a folder belongs"],
  }),
  toTarget("a target that cannot be written to", "  type: jsonl\n  connection: { path: /sys/dativo }", {
    code: "TARGET_UNWRITABLE",
    says: ["/sys/dativo"],
  }),
  toTarget(
    "a partition column that does not exist",
    "  type: jsonl\n  connection: { path: ./out }\n  partitioning: [nam]",
    { code: "CONFIGURATION_ERROR", says: ["target.partitioning", "nam", "(id, name)"], leaves: /^out\/$/ },
  ),
  toTarget(
    "a mode that the writer does not have",
    "  type: parquet\n  connection: { path: ./out }\n  mode: merge",
    { code: "CONFIG_INVALID", says: ["target.mode", "merge", "append, replace"], begins: false },
  ),
  toTarget(
    "a compression that does not exist",
    "  type: parquet\n  connection: { path: ./out }\n  engine: { options: { compression: zip } }",
    { code: "CONFIGURATION_ERROR", says: ["target.engine.options.compression", "zstd"] },
  ),
  toTarget("a database that is none", "  type: duckdb\n  connection: { path: ./reader.ts }", {
    code: "TARGET_UNWRITABLE",
    says: ["reader.ts"],
  }),
  {
    ...toTarget(
      "a merge without a key",
      "  type: duckdb\n  connection: { path: ./out/t.duckdb }\n  mode: merge",
      { code: "CONFIG_INVALID", says: ["target.mode", "merge", "key"], begins: false },
    ),
    files: {
      "job.yaml": job({ target: "  type: duckdb\n  connection: { path: ./out/t.duckdb }\n  mode: merge" }),
      "reader.ts": GOOD_READER.replace('key: ["id"],', ""),
    },
  },
  {
    name: "a table of another type",
    files: {
      "job.yaml": job({ target: "  type: duckdb\n  connection: { path: ./t.duckdb }\n  mode: append" }),
      "reader.ts": GOOD_READER,
    },
    prepare: async (project) => {
      const { code, stderr } = await project.dativo(["run", "job.yaml"]);
      if (code !== 0) throw new Error(stderr);
      project.write(
        "reader.ts",
        GOOD_READER.replace("id: z.int()", "id: z.iso.date()").replaceAll(/id: (\d)/g, 'id: "2026-01-0$1"'),
      );
    },
    code: "TARGET_SCHEMA_CONFLICT",
    says: ["things", "id"],
    begins: true,
  },
];
