import { describe, expect, it } from "vitest";
import { readJobFile } from "./read-job-file.js";
import { project } from "./testing/project.js";

const CSV = `name: csv
type: csv
roles: [source, target]
description: "CSV files"
default_engine:
  type: native
  options: { native: { chunk_size: 10000 } }
credentials: { type: none }
incremental: { strategy: file_modified_time, lookback_days_default: 0 }
rate_limits: { rps_default: 7, burst_default: 14 }
`;

const ICEBERG = `name: iceberg
type: parquet
roles: [target]
default_engine: { type: native, options: { native: { compression: snappy } } }
connection_template:
  s3: { endpoint: "\${S3_ENDPOINT}", region: "\${AWS_REGION}" }
  path: "\${OUT:-warehouse}"
catalog: null
file_format: parquet
partitioning_default: [ingest_date]
`;

function read(job: string) {
  return readJobFile("job.yaml", {
    cwd: project({ "job.yaml": job, "connectors/csv.yaml": CSV, "connectors/iceberg.yaml": ICEBERG }),
    env: { DIR: "connectors" },
  });
}

describe("a connector recipe", () => {
  it("stands in for what the job does not say, one level deep", () => {
    const job = read(`tenant_id: acme
source_connector: csv
source_connector_path: \${DIR}/csv.yaml
target_connector: iceberg
target_connector_path: connectors/iceberg.yaml
source:
  files: [{ path: data/employees.csv, object: Employee }]
  engine: { options: { encoding: utf-8 } }
target:
  connection: { s3: { bucket: b } }
`);
    expect(job.source.config).toMatchObject({
      type: "csv",
      description: "CSV files",
      files: [{ path: "data/employees.csv", object: "Employee" }],
      engine: { type: "native", options: { encoding: "utf-8" } },
      credentials: { type: "none" },
      rateLimits: { requests_per_second: 7 },
    });
    expect(job.source.config.incremental).toEqual({});
    expect(job.target.config).toMatchObject({
      type: "parquet",
      connection: { s3: { bucket: "b" }, path: "warehouse" },
      partitioning: ["ingest_date"],
      fileFormat: "parquet",
    });
    expect(job.target.outputBase).toBe(`${job.projectRoot}/warehouse`);
    expect(job.warnings).toEqual([]);
  });

  it("makes a read incremental only where the job says so", () => {
    const job = read(
      "source_connector_path: connectors/csv.yaml\nsource: { incremental: { lookback_days_default: 3 } }\ntarget: { type: csv }\n",
    );
    expect(job.source.config.incremental).toEqual({
      strategy: "file_modified_time",
      lookback_days_default: 3,
    });
  });

  it("may be all there is of a side", () => {
    expect(
      read("source_connector_path: connectors/csv.yaml\ntarget: { type: csv }\n").source.config.type,
    ).toBe("csv");
  });

  it("may be borrowed for a plugin", () => {
    const job = read(
      'source_connector_path: connectors/csv.yaml\nsource: { custom_reader: "a.ts:A" }\ntarget: { type: csv }\n',
    );
    expect(job.source).toMatchObject({ config: { type: "csv" }, customReader: { location: "a.ts" } });
  });
});
