import { type CloudExecution, parsePluginReference } from "@dativo/protocol";
import { expect, it } from "vitest";
import type { ResolvedJob } from "./resolved-job.js";
import { sharesFunction, whyNotShared, withRoomForBoth } from "./shared-function.js";

const EXECUTION: CloudExecution = {
  provider: "aws",
  runtime: "nodejs24.x",
  memoryMb: 512,
  timeoutSeconds: 300,
  environmentVariables: { LEVEL: "info" },
  secrets: {},
  include: [],
  aws: { securityGroups: [], subnets: [], architecture: "x86_64" },
};

type Job = Parameters<typeof whyNotShared>[0];

const jobOf = (
  writer: CloudExecution | undefined,
  [readerFile, writerFile]: readonly [string, string] = ["r.ts", "w.ts"],
) =>
  ({
    source: {
      customReader: parsePluginReference(`${readerFile}:R`),
      placement: { kind: "cloud", cloud: EXECUTION },
    },
    target: {
      customWriter: parsePluginReference(`${writerFile}:W`),
      placement: writer === undefined ? { kind: "in_process" } : { kind: "cloud", cloud: writer },
    },
  }) as unknown as Job;

it("is shared by plugins of Node, and those that Node loads, with the same settings", () => {
  expect(sharesFunction(jobOf(structuredClone(EXECUTION)))).toBe(true);
  expect(sharesFunction(jobOf(EXECUTION, ["target/libr.so", "w.ts"]))).toBe(true);
});

it("is as large as the larger of two that differ in nothing else", () => {
  const large = withRoomForBoth(jobOf({ ...EXECUTION, memoryMb: 1024, timeoutSeconds: 60 }) as ResolvedJob);
  expect(sharesFunction(large)).toBe(true);
  for (const { placement } of [large.source, large.target])
    expect(placement.cloud).toEqual({ ...EXECUTION, memoryMb: 1024, timeoutSeconds: 300 });
  const apart = jobOf({ ...EXECUTION, memoryMb: 1024, environmentVariables: {} }) as ResolvedJob;
  expect(withRoomForBoth(apart)).toBe(apart);
});

it.each([
  ["only one of the plugins runs in the cloud", jobOf(undefined)],
  ["plugins in Python do not share a function", jobOf(EXECUTION, ["r.py", "w.py"])],
  ["one plugin needs Python, the other Node", jobOf(EXECUTION, ["r.py", "w.ts"])],
  ["cloud_execution of source and target differ in memory_mb", jobOf({ ...EXECUTION, memoryMb: 1024 })],
  [
    "cloud_execution of source and target differ in environment_variables",
    jobOf({ ...EXECUTION, environmentVariables: {} }),
  ],
  [
    "cloud_execution of source and target differ in aws.role_arn",
    jobOf({ ...EXECUTION, aws: { ...EXECUTION.aws, roleArn: "arn:aws:iam::123456789012:role/other" } }),
  ],
])("is not shared: %s", (reason, job) => {
  expect(whyNotShared(job)).toBe(reason);
});
