import { describe, expect, it } from "vitest";
import { readJobFile } from "./read-job-file.js";
import { project } from "./testing/project.js";

const read = (engine: string, plugin: string) => {
  const cwd = project({
    "job.yaml": `source:\n  custom_reader: "${plugin}"\n${engine}target: { type: parquet }\n`,
  });
  return readJobFile("job.yaml", { cwd, env: {} });
};
const cloudOf = (keys: string, plugin = "a.ts:A") =>
  read(`  engine: { cloud_execution: { enabled: true, ${keys} } }\n`, plugin).source.placement.cloud;

describe("the guide's job files", () => {
  it("run in AWS Lambda with every key", () => {
    const job = read(
      `  engine:
    cloud_execution:
      enabled: true
      provider: "aws"
      runtime: "python3.11"
      memory_mb: 512
      timeout_seconds: 300
      aws:
        role_arn: "arn:aws:iam::account:role/lambda-role"
        security_groups: ["sg-xxx"]
        subnets: ["subnet-xxx"]
      environment_variables:
        LOG_LEVEL: "INFO"
`,
      "plugins/my_reader.py:MyCustomReader",
    );
    expect(job.source.placement.cloud).toEqual({
      provider: "aws",
      runtime: "python3.11",
      memoryMb: 512,
      timeoutSeconds: 300,
      environmentVariables: { LOG_LEVEL: "INFO" },
      secrets: {},
      include: [],
      aws: {
        roleArn: "arn:aws:iam::account:role/lambda-role",
        securityGroups: ["sg-xxx"],
        subnets: ["subnet-xxx"],
        architecture: "x86_64",
      },
    });
    expect(job.target.placement.cloud).toBeUndefined();
  });

  it("run in Cloud Functions with every key", () => {
    const job = read(
      `  engine:
    cloud_execution:
      enabled: true
      provider: "gcp"
      runtime: "python311"
      memory_mb: 512
      timeout_seconds: 300
      gcp:
        project_id: "my-project"
        region: "us-central1"
        service_account: "plugin@my-project.iam.gserviceaccount.com"
      environment_variables:
        LOG_LEVEL: "INFO"
`,
      "plugins/my_reader.py:MyCustomReader",
    );
    expect(job.source.placement.cloud).toEqual({
      provider: "gcp",
      runtime: "python311",
      memoryMb: 512,
      timeoutSeconds: 300,
      environmentVariables: { LOG_LEVEL: "INFO" },
      secrets: {},
      include: [],
      gcp: {
        projectId: "my-project",
        region: "us-central1",
        serviceAccount: "plugin@my-project.iam.gserviceaccount.com",
      },
    });
  });
});

describe("defaults", () => {
  const GCP = "provider: gcp, gcp: { project_id: my-project }";
  it.each([
    ["a.ts:A", "", "nodejs24.x"],
    ["a.py:A", "", "python3.13"],
    ["liba.so:create_reader", "", "nodejs24.x"],
    ["a.ts:A", GCP, "nodejs24"],
    ["a.py:A", GCP, "python313"],
    ["liba.so:create_reader", GCP, "nodejs24"],
  ])("%s with {%s} runs under %s", (plugin, keys, runtime) => {
    expect(cloudOf(keys, plugin)).toMatchObject({ runtime, memoryMb: 512, timeoutSeconds: 300 });
  });

  it("leave the plugin on this machine unless enabled is true", () => {
    expect(
      read("  engine: { cloud_execution: { provider: aws } }\n", "a.ts:A").source.placement.cloud,
    ).toBeUndefined();
    expect(
      read("  engine: { cloud_execution: { enabled: false } }\n", "a.ts:A").source.placement.cloud,
    ).toBeUndefined();
  });
});

it("takes secrets, staging, files and width", () => {
  expect(
    cloudOf(
      "secrets: { credentials.api_key: 'shop#key' }, staging: s3://bucket/prefix, include: ['a/*.json'], max_concurrency: 8",
    ),
  ).toMatchObject({
    secrets: { "credentials.api_key": "shop#key" },
    staging: "s3://bucket/prefix",
    include: ["a/*.json"],
    maxConcurrency: 8,
  });
});

it("says that the settings of the other provider are not used", () => {
  const job = read(
    "  engine: { cloud_execution: { enabled: true, gcp: { project_id: my-project } } }\n",
    "a.ts:A",
  );
  expect(job.warnings).toContainEqual(
    expect.objectContaining({ kind: "job", key: "source.engine.cloud_execution.gcp", line: 3, column: 47 }),
  );
});
