import { type BadInput, GOOD_READER, job } from "./bad-input.js";

const asset = (schema: string, object = "things") => `$schema: odcs-3.0.2
apiVersion: v3.0.2
kind: DataContract
id: things
name: things
version: "1.0"
status: active
source_type: custom
object: ${object}
schema:
${schema}
team:
  owner: someone@example.com
`;

const inJob = (name: string, text: string, expected: Omit<BadInput, "name" | "files">): BadInput => ({
  name,
  files: { "job.yaml": text, "reader.ts": GOOD_READER },
  ...expected,
});

/** Mistakes in a job file, its variables, its secrets and its asset definition. */
export const JOB_FILE_CASES: readonly BadInput[] = [
  inJob(
    "a bracket that is not closed",
    job({ source: '  custom_reader: "reader.ts:default"\n  objects: [things' }),
    {
      code: "CONFIG_SYNTAX",
      says: [/job\.yaml:\d+:\d+/],
    },
  ),
  inJob("a tab as indentation", "source:\n\ttype: csv\n", {
    code: "CONFIG_SYNTAX",
    says: ["job.yaml:2:1", /tab/i],
  }),
  inJob("a key given twice", job({ rest: "name: again\n" }), {
    code: "CONFIG_SYNTAX",
    says: ["job.yaml:9:1", "name"],
  }),
  inJob("an empty job file", "", {
    code: "CONFIG_SYNTAX",
    says: ["job.yaml:1:1", "source", "target", "dativo init"],
  }),
  inJob("a job file that is a list", "- source\n- target\n", {
    code: "CONFIG_INVALID",
    says: ["job.yaml:1:1", "list"],
  }),
  {
    name: "a job file that is not text",
    files: { "job.yaml": Uint8Array.of(0x73, 0xff, 0xfe, 0x00, 0x80) },
    code: "CONFIG_SYNTAX",
    says: ["job.yaml", "UTF-8"],
  },
  inJob("an unknown key at the top", `sorce: 1\n${job()}`, {
    code: "CONFIG_UNKNOWN_KEY",
    says: ["job.yaml:1:1", "sorce", "source"],
  }),
  inJob("an unknown key inside", job({ target: "  type: jsonl\n  conection: { path: ./out }" }), {
    code: "CONFIG_UNKNOWN_KEY",
    says: ["job.yaml:7:3", "target.conection", "connection"],
  }),
  inJob(
    "three mistakes at once",
    `${job({ rest: "checkpoint: { max_records: many }\nloging: {}\n" })}environment: "a b"\n`,
    {
      code: "CONFIG_INVALID",
      says: [
        "job.yaml:9:28",
        "checkpoint.max_records",
        "job.yaml:10:1",
        "logging",
        "job.yaml:11:14",
        "environment",
      ],
    },
  ),
  inJob("text where a number belongs", job({ rest: "error_budget: { max_ratio: lots }" }), {
    code: "CONFIG_INVALID",
    says: ["job.yaml:9:28", "error_budget.max_ratio", "number"],
  }),
  inJob("a number out of range", job({ rest: "error_budget: { max_ratio: 5 }" }), {
    code: "CONFIG_INVALID",
    says: ["job.yaml:9:28", "error_budget.max_ratio", "1"],
  }),
  inJob("a mode that does not exist", job({ target: "  type: jsonl\n  mode: upsert" }), {
    code: "CONFIG_INVALID",
    says: ["job.yaml:7:9", "target.mode", "append", "replace", "merge"],
  }),
  inJob("no target", 'source: { type: csv, files: [{ path: "a.csv" }] }\n', {
    code: "CONFIG_INVALID",
    says: ["job.yaml", "target"],
  }),
  inJob("a source that names neither type nor plugin", job({ source: "  objects: [things]" }), {
    code: "CONFIG_INVALID",
    says: ["job.yaml:2:1", "source", "custom_reader"],
  }),
  inJob("a type that does not exist", job({ target: "  type: parqet" }), {
    code: "CONFIG_INVALID",
    says: ["job.yaml:6:9", "target.type", "parqet", "parquet"],
  }),
  inJob("a memory limit that is no size", job({ rest: "plugins: { sandbox: { memory_limit: lots } }" }), {
    code: "CONFIG_INVALID",
    says: ["job.yaml:9:37", "plugins.sandbox.memory_limit", "512m"],
  }),
  inJob(
    "a variable that is not set",
    job({ target: '  type: jsonl\n  connection: { path: "${WHERE_TO}" }' }),
    {
      code: "CONFIG_UNSET_VARIABLE",
      says: ["job.yaml:7:24", "target.connection.path", "${WHERE_TO}", "export WHERE_TO=", ".env"],
    },
  ),
  inJob(
    "a reference that is not closed",
    job({ target: '  type: jsonl\n  connection: { path: "${WHERE_TO" }' }),
    {
      code: "CONFIG_INVALID",
      says: ["job.yaml:7:24", "target.connection.path", "not closed", "$${"],
    },
  ),
  inJob(
    "a secret that does not exist",
    job({ source: '  custom_reader: "reader.ts:default"\n  credentials: { key: "${secret:api}" }' }),
    {
      code: "SECRET_NOT_FOUND",
      says: [
        "job.yaml:4:24",
        "source.credentials.key",
        '"api"',
        "DATIVO_SECRET__GLOBAL__API",
        ".dativo/secrets/api",
      ],
    },
  ),
  inJob(
    "a secret file that does not exist",
    job({ source: '  custom_reader: "reader.ts:default"\n  credentials: { key: "${file:keys/api.pem}" }' }),
    {
      code: "SECRET_NOT_FOUND",
      says: ["job.yaml:4:24", "source.credentials.key", "keys/api.pem"],
    },
  ),
  {
    name: "a job file that does not exist",
    files: { "jobs/quakes.yaml": job() },
    args: ["run", "jobs/quake.yaml"],
    code: "CONFIG_NOT_FOUND",
    says: ["jobs/quake.yaml", "jobs/quakes.yaml"],
  },
  {
    name: "a job file that is a folder",
    files: { "jobs/quakes.yaml": job() },
    args: ["run", "jobs"],
    code: "CONFIG_INVALID",
    says: ["jobs is a folder", "quakes.yaml"],
  },
  inJob("an asset file that does not exist", job({ rest: "asset_path: assets/things.yaml" }), {
    code: "CONFIG_NOT_FOUND",
    says: ["job.yaml:9:13", "asset_path", "assets/things.yaml"],
  }),
  inJob("an asset name that does not exist", job({ rest: "asset: things" }), {
    code: "CONFIG_NOT_FOUND",
    says: ["job.yaml:9:8", "asset", "things"],
  }),
  {
    name: "an asset file that is not YAML",
    files: {
      "job.yaml": job({ rest: "asset_path: things.yaml" }),
      "reader.ts": GOOD_READER,
      "things.yaml": "name: [things\nschema: {",
    },
    code: "CONFIG_SYNTAX",
    says: [/things\.yaml:\d+:\d+/],
  },
  {
    name: "an asset without columns' names",
    files: {
      "job.yaml": job({ rest: "asset_path: things.yaml" }),
      "reader.ts": GOOD_READER,
      "things.yaml": asset("  - { type: integer }"),
    },
    code: "ASSET_INVALID",
    says: ["things.yaml:11:", "schema[0]", "name"],
  },
  {
    name: "an asset with a type word that does not exist",
    files: {
      "job.yaml": job({ rest: "asset_path: things.yaml" }),
      "reader.ts": GOOD_READER,
      "things.yaml": asset("  - { name: id, type: integr }"),
    },
    code: "ASSET_INVALID",
    says: ["things.yaml:11:", "schema[0].type", "integr", "integer"],
  },
  {
    name: "an asset of another object",
    files: {
      "job.yaml": job({ rest: "asset_path: things.yaml" }),
      "reader.ts": GOOD_READER,
      "things.yaml": asset("  - { name: id, type: integer }", "people"),
    },
    code: "ASSET_MISMATCH",
    says: ['"people"', "reads things", "source.objects"],
  },
];
