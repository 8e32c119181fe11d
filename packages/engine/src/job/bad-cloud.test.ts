import { describe } from "vitest";
import { type BadJob, itRefuses, TARGET } from "./testing/bad-job.js";

/** A job whose cloud_execution stands on line 4, from column 22 on. */
const job = (cloud: string, plugin = "a.ts:A") =>
  `source:\n  custom_reader: ${plugin}\n  engine:\n    cloud_execution: { enabled: true, ${cloud} }\n${TARGET}`;
const GCP = "provider: gcp, gcp: { project_id: my-project }";

const bad = (
  name: string,
  cloud: string,
  key: string,
  says: RegExp,
  hint: RegExp,
  plugin?: string,
): BadJob => ({
  name,
  job: job(cloud, plugin),
  code: "CONFIG_INVALID",
  at: `job.yaml:4:${columnOf(cloud, key)} source.engine.cloud_execution.${key}`,
  says,
  hint,
});

/** Column of the value of a key in the line that `job` makes. */
function columnOf(cloud: string, key: string): number {
  const line = `    cloud_execution: { enabled: true, ${cloud} }`;
  if (key === "enabled") return line.indexOf("true") + 1;
  const index = /\[(\d)\]$/.exec(key)?.[1];
  const leaf = (
    key
      .replace(/\[\d\]$/, "")
      .split(".")
      .at(-1) as string
  ).replaceAll('"', "");
  const value = line.indexOf(`${leaf}: `) + leaf.length + 2;
  return value + (index === undefined ? 1 : 2);
}

describe("cloud_execution out of range", () => {
  itRefuses([
    bad(
      "too much memory for aws",
      "memory_mb: 20000",
      "memory_mb",
      /at most 10240, but is 20000/,
      /AWS Lambda/,
    ),
    bad(
      "too much memory for gcp",
      `${GCP}, memory_mb: 40000`,
      "memory_mb",
      /at most 32768/,
      /Cloud Functions/,
    ),
    bad("too little memory", "memory_mb: 64", "memory_mb", /at least 128/, /Correct/),
    bad("too long for aws", "timeout_seconds: 901", "timeout_seconds", /at most 900/, /AWS Lambda/),
    bad("too long for gcp", `${GCP}, timeout_seconds: 3601`, "timeout_seconds", /at most 3600/, /Cloud/),
    bad("no time", "timeout_seconds: 0", "timeout_seconds", /at least 1/, /Correct/),
    bad("too wide", "max_concurrency: 5000", "max_concurrency", /at most 1000/, /Correct/),
    bad("an unknown provider", "provider: azure", "provider", /one of aws, gcp/, /Correct/),
    bad("an unknown architecture", "aws: { architecture: arm }", "aws.architecture", /x86_64/, /arm64/),
    bad("an odd region of aws", "aws: { region: europe }", "aws.region", /eu-west-1/, /Correct/),
    bad("an odd role", "aws: { role_arn: my-role }", "aws.role_arn", /ARN of a role/, /Correct/),
    bad(
      "an odd security group",
      "aws: { security_groups: [group], subnets: [subnet-1] }",
      "aws.security_groups[0]",
      /such as sg-/,
      /Correct/,
    ),
    bad(
      "an odd subnet",
      "aws: { subnets: [10.0.0.0/8], security_groups: [sg-1] }",
      "aws.subnets[0]",
      /such as subnet-/,
      /Correct/,
    ),
    bad(
      "too many security groups",
      "aws: { security_groups: [sg-1, sg-2, sg-3, sg-4, sg-5, sg-6], subnets: [subnet-1] }",
      "aws.security_groups",
      /at most 5/,
      /AWS/,
    ),
    bad(
      "security groups without subnets",
      "aws: { security_groups: [sg-1] }",
      "aws.security_groups",
      /needs subnets/,
      /Add aws.subnets/,
    ),
    bad("an odd project", "provider: gcp, gcp: { project_id: X }", "gcp.project_id", /6 to 30/, /Correct/),
    bad(
      "an odd region of gcp",
      "provider: gcp, gcp: { project_id: my-project, region: us-east-1 }",
      "gcp.region",
      /us-central1/,
      /Correct/,
    ),
    bad(
      "an odd service account",
      "provider: gcp, gcp: { project_id: my-project, service_account: plugin }",
      "gcp.service_account",
      /address of a service account/,
      /Correct/,
    ),
    {
      ...bad("gcp without a project", "provider: gcp", "provider", /missing/, /Add gcp.project_id/),
      at: "job.yaml:4:22 source.engine.cloud_execution.gcp.project_id",
    },
    bad("a bucket of the other provider", "staging: gs://bucket", "staging", /such as s3:\/\//, /Correct/),
    {
      ...bad(
        "a secret of nothing",
        "secrets: { api_key: x }",
        "secrets.api_key",
        /credentials/,
        /credentials.api_key/,
      ),
    },
    {
      ...bad("a nameless secret", 'secrets: { credentials.k: "a b" }', "", /secretsmanager/, /Correct/),
      at: 'job.yaml:4:65 source.engine.cloud_execution.secrets."credentials.k"',
    },
    {
      ...bad("a built-in reader", "", "enabled", /names none/, /custom_reader/),
      job: job("").replace("custom_reader: a.ts:A", "type: csv"),
    },
  ]);
});

describe("a runtime that cannot run the plugin", () => {
  itRefuses([
    bad("one past its life", "runtime: nodejs20.x", "runtime", /end of life on 2026-04-30/, /nodejs24\.x/),
    bad(
      "an old Python",
      "runtime: python3.9",
      "runtime",
      /end of life on 2025-12-15/,
      /python3\.13/,
      "a.py:A",
    ),
    bad("one past its life at gcp", `${GCP}, runtime: nodejs20`, "runtime", /2026-10-30/, /nodejs24/),
    bad(
      "one of the other provider",
      "runtime: nodejs22",
      "runtime",
      /no runtime "nodejs22"/,
      /mean nodejs22\.x/,
    ),
    bad(
      "a Python one of the other",
      "runtime: python311",
      "runtime",
      /no runtime/,
      /mean python3\.11/,
      "a.py:A",
    ),
    bad(
      "one that never was",
      "runtime: provided.al2023",
      "runtime",
      /no runtime/,
      /nodejs24\.x/,
      "liba.so:create_reader",
    ),
    bad(
      "Python for TypeScript",
      "runtime: python3.11",
      "runtime",
      /cannot run a\.ts, which needs Node/,
      /nodejs24\.x/,
    ),
    bad("Node for Python", "runtime: nodejs24.x", "runtime", /needs Python/, /python3\.13/, "a.py:A"),
  ]);
});

describe("variables that a function cannot have", () => {
  itRefuses([
    bad(
      "a reserved one",
      "environment_variables: { AWS_REGION: x }",
      "environment_variables.AWS_REGION",
      /set by the function itself/,
      /another name/,
    ),
    bad(
      "an impossible name",
      "environment_variables: { 1X: x }",
      "environment_variables.1X",
      /cannot be the name/,
      /letters/,
    ),
    bad(
      "too much",
      `environment_variables: { BIG: ${"x".repeat(4000)} }`,
      "environment_variables",
      /take 4003 bytes together, and 3584 fit/,
      /include/,
    ),
  ]);
});
