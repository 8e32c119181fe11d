import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ReadJobOptions, readJobFile } from "./read-job-file.js";
import type { ResolvedJob } from "./resolved-job.js";
import { GOOD, SOURCE, TARGET } from "./testing/bad-job.js";
import { project } from "./testing/project.js";

function read(job: string, options: ReadJobOptions & { files?: Record<string, string> } = {}): ResolvedJob {
  const { files, ...rest } = options;
  return readJobFile("job.yaml", { cwd: project({ "job.yaml": job, ...files }), env: {}, ...rest });
}

describe("a job with only source and target", () => {
  it("is completed with defaults", () => {
    const cwd = project({ "jobs/nightly/quakes.yaml": GOOD });
    const job = readJobFile("jobs/nightly/quakes.yaml", {
      cwd,
      env: {},
      readerTypes: ["csv"],
      writerTypes: ["parquet"],
    });
    expect({ ...job, redactor: undefined }).toEqual({
      file: join(cwd, "jobs/nightly/quakes.yaml"),
      projectRoot: cwd,
      stateDir: join(cwd, ".dativo"),
      name: "jobs/nightly/quakes",
      key: "-/-/jobs/nightly/quakes",
      searchPaths: [cwd, join(cwd, "jobs/nightly")],
      source: {
        config: {
          type: "csv",
          connection: {},
          credentials: {},
          objects: [],
          files: [],
          tables: [],
          sheets: [],
          incremental: {},
          engine: {},
          rateLimits: {},
        },
        placement: { kind: "in_process" },
      },
      target: {
        config: {
          type: "parquet",
          connection: {},
          credentials: {},
          engine: {},
          partitioning: [],
          mode: "append",
          extra: {},
        },
        placement: { kind: "in_process" },
        outputBase: join(cwd, "data"),
      },
      validationMode: "strict",
      errorBudget: { maxRecords: Number.POSITIVE_INFINITY, maxRatio: 1 },
      checkpointPolicy: { maxRecords: Number.POSITIVE_INFINITY, maxBytes: 67108864, maxSeconds: 30 },
      retryPolicy: { maxRetries: 3, initialDelaySeconds: 5, backoffMultiplier: 2, maxDelaySeconds: 300 },
      logging: { level: "info" },
      redactor: undefined,
      warnings: [],
    });
  });

  it("reads the job of the guide", () => {
    const job = read(
      `source:
  custom_reader: "plugins/my_reader.py:MyCustomReader"
  connection:
    base_url: "https://api.example.com"
  credentials:
    api_key: "\${API_KEY}"
  objects: ["users", "orders"]

target:
  custom_writer: "plugins/my_writer.py:MyCustomWriter"
  engine:
    options:
      format: "jsonl"
`,
      { env: { API_KEY: "hunter22" }, readerTypes: [], writerTypes: [] },
    );
    expect(job.source.customReader).toEqual({
      text: "plugins/my_reader.py:MyCustomReader",
      location: "plugins/my_reader.py",
      exportName: "MyCustomReader",
    });
    expect(job.source.config).toMatchObject({
      type: "custom",
      credentials: { api_key: "hunter22" },
      objects: ["users", "orders"],
    });
    expect(job.target.customWriter?.exportName).toBe("MyCustomWriter");
    expect(job.target.config.engine).toEqual({ options: { format: "jsonl" } });
    expect(job.redactor.text("the key hunter22 was refused")).toBe("the key [redacted] was refused");
  });
});

describe("keys", () => {
  it("reach the configuration under their own names", () => {
    const job = read(`name: people
description: All people
tenant_id: acme
environment: prod
source:
  type: csv
  description: A share
  dsn: pg://x
  files: [{ path: in/*.csv, object: people }]
  tables: [{ name: a }]
  sheets: [{ id: 1 }]
  incremental: { cursor_field: updated, lookback_days: 0 }
  rate_limits: { requests_per_second: 2.5, concurrency: 3 }
  engine: { options: { page_size: 100, max_pages: null, call_timeout_seconds: 60, python: .venv/bin/python } }
target:
  type: duckdb
  connection: { path: out/db.duckdb }
  file_format: parquet
  partitioning: [day]
  mode: merge
  key: id
  parquet_target_size_mb: 64
schema_validation_mode: warn
error_budget: { max_records: 10, max_ratio: 0.5 }
checkpoint: { max_records: 1000, max_bytes: 2000, max_seconds: 5 }
retry_config: { max_attempts: 1, retry_delay_seconds: 0, backoff_multiplier: 3, max_delay_seconds: 9 }
logging: { level: WARNING }
plugins: { sandbox: { memory_limit: 1.5g, timeout: 20, environment: [LANG_X] } }
`);
    expect(job).toMatchObject({
      name: "people",
      key: "acme/prod/people",
      tenantId: "acme",
      environment: "prod",
      description: "All people",
      mode: "merge",
      validationMode: "warn",
      errorBudget: { maxRecords: 10, maxRatio: 0.5 },
      checkpointPolicy: { maxRecords: 1000, maxBytes: 2000, maxSeconds: 5 },
      retryPolicy: { maxRetries: 1, initialDelaySeconds: 0, backoffMultiplier: 3, maxDelaySeconds: 9 },
      logging: { level: "warn" },
    });
    expect(job.source).toEqual({
      config: {
        type: "csv",
        description: "A share",
        dsn: "pg://x",
        connection: {},
        credentials: {},
        objects: [],
        files: [{ path: "in/*.csv", object: "people" }],
        tables: [{ name: "a" }],
        sheets: [{ id: 1 }],
        incremental: { cursor_field: "updated", lookback_days: 0 },
        engine: {
          options: { page_size: 100, max_pages: null, call_timeout_seconds: 60, python: ".venv/bin/python" },
        },
        rateLimits: { requests_per_second: 2.5, concurrency: 3 },
      },
      placement: {
        kind: "child_process",
        callTimeoutSeconds: 60,
        python: ".venv/bin/python",
        memoryLimitMb: 1536,
        environmentAllowList: ["LANG_X"],
      },
    });
    expect(job.target.placement).toEqual({
      kind: "child_process",
      callTimeoutSeconds: 20,
      memoryLimitMb: 1536,
      environmentAllowList: ["LANG_X"],
    });
    expect(job.target.outputBase).toBe(join(job.projectRoot, "out/db.duckdb"));
    expect(job.target.config).toMatchObject({
      fileFormat: "parquet",
      partitioning: ["day"],
      mode: "merge",
      key: ["id"],
      parquetTargetSizeMb: 64,
    });
  });

  it("of a plugin are not checked", () => {
    const job = read(
      `source: { type: csv, connection: { anything: { at: [all, null] } }, credentials: { x_y: 1 } }\ntarget: { type: csv, engine: { options: { zzz: true } } }\n`,
    );
    expect(job.source.config.connection).toEqual({ anything: { at: ["all", null] } });
    expect(job.source.config.credentials).toEqual({ x_y: 1 });
    expect(job.target.config.engine).toEqual({ options: { zzz: true } });
  });

  it("with nothing after them count as absent", () => {
    expect(
      read("source:\n  type: csv\n  connection:\n  objects:\ntarget: { type: csv }\nretry_config:\n").source
        .config.connection,
    ).toEqual({});
  });

  it("can be put over those of the file", () => {
    const job = read(`source:\n  type: csv\n  files: [{ path: a.csv }]\n${TARGET}`, {
      overrides: {
        "target.mode": "replace",
        "source.files.0.path": "b.csv",
        "source.connection.base_url": "${URL}",
        "checkpoint.max_records": 7,
      },
      env: { URL: "http://x" },
    });
    expect(job.mode).toBe("replace");
    expect(job.source.config.files).toEqual([{ path: "b.csv" }]);
    expect(job.source.config.connection).toEqual({ base_url: "http://x" });
    expect(job.checkpointPolicy.maxRecords).toBe(7);
  });

  it("may be shared through anchors and merge keys", () => {
    const job = read(
      "source: &side\n  type: csv\n  connection: &c { path: in, sep: ';' }\ntarget:\n  <<: *side\n  connection: { <<: *c, path: out }\n",
    );
    expect(job.target.config).toMatchObject({ type: "csv", connection: { path: "out", sep: ";" } });
  });
});

describe("an address as connection.path", () => {
  it("is left as it is", () => {
    expect(
      read(`${SOURCE}target: { type: csv, connection: { path: "s3://bucket/x" } }\n`).target.outputBase,
    ).toBe("s3://bucket/x");
  });
});

describe("plugins.sandbox", () => {
  it.each([
    ["nothing", "", "in_process"],
    ["enabled: true", "plugins: { sandbox: { enabled: true } }\n", "child_process"],
    ["a limit alone", "plugins: { sandbox: { timeout: 5 } }\n", "child_process"],
    ["enabled: false", "plugins: { sandbox: { enabled: false, timeout: 5 } }\n", "in_process"],
  ])("with %s", (_name, text, kind) => {
    expect(read(GOOD + text).source.placement.kind).toBe(kind);
  });
});

describe("warnings", () => {
  it("name every key that is accepted and not acted on, and where it stands", () => {
    const job = read(`${SOURCE}  engine: { type: native, cloud_execution: { enabled: false } }
target:
  type: parquet
  catalog: nessie
  engine: { cloud_execution: { enabled: false } }
catalog: { type: openmetadata, connection: { token: "\${NOT_SET}" } }
finops: { cost_center: x }
retry_config: { retryable_exit_codes: [1, 2] }
plugins: { sandbox: { cpu_limit: 0.5, network_disabled: true } }
logging: { redaction: false }
infrastructure: { provider: aws }
`);
    expect(
      job.warnings.map(({ kind, key, line, column }) => `${kind} ${key} ${line}:${column}`).sort(),
    ).toEqual([
      "not_acted_on catalog 8:1",
      "not_acted_on finops 9:1",
      "not_acted_on infrastructure 13:1",
      "not_acted_on logging.redaction 12:12",
      "not_acted_on plugins.sandbox.cpu_limit 11:23",
      "not_acted_on plugins.sandbox.network_disabled 11:39",
      "not_acted_on retry_config.retryable_exit_codes 10:17",
      "not_acted_on source.engine.type 3:13",
      "not_acted_on target.catalog 6:3",
    ]);
    expect(job.target.config.extra).toEqual({ catalog: "nessie" });
  });

  it("say that a built-in type beside a plugin is not used", () => {
    const job = read(`source: { type: csv, custom_reader: "a.ts:A" }\n${TARGET}`, { readerTypes: ["csv"] });
    expect(job.warnings).toMatchObject([{ kind: "job", key: "source.type", line: 1, column: 17 }]);
  });
});

describe("the state folder", () => {
  it("is what STATE_DIR names", () => {
    expect(read(GOOD, { env: { STATE_DIR: "/var/lib/dativo" } }).stateDir).toBe("/var/lib/dativo");
    const job = read(GOOD, { files: { ".env": "STATE_DIR=elsewhere\n" } });
    expect(job.stateDir).toBe(join(job.projectRoot, "elsewhere"));
  });
});

describe("the project folder", () => {
  const rootOf = (files: Record<string, string | null>, path: string, below: string) => {
    const folder = project({ "package.json": null, "a/b/job.yaml": GOOD, ...files });
    const job = readJobFile(join(folder, "a/b/job.yaml"), { cwd: join(folder, below), env: {} });
    return [job.projectRoot === join(folder, path), job.name];
  };
  it("is the nearest one above with a marker", () => {
    expect(rootOf({ "a/pyproject.toml": "", Cargo: "" }, "a", ".")).toEqual([true, "b/job"]);
    expect(rootOf({ "Cargo.toml": "" }, ".", "a/b")).toEqual([true, "a/b/job"]);
    expect(rootOf({ "a/b/.dativo/x": "" }, "a/b", ".")).toEqual([true, "job"]);
  });
  it("is else the working folder, when the job is below it", () => {
    expect(rootOf({}, "a", "a")).toEqual([true, "b/job"]);
  });
  it("is else the job's own folder", () => {
    expect(rootOf({ "c/x": "" }, "a/b", "c")).toEqual([true, "job"]);
  });
});
