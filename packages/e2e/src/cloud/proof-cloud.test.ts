import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../../../scripts/proof-cloud.mjs", import.meta.url));
const AWS = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "any", DATIVO_PROOF_STAGING: "s3://bucket/x" };
const GCP = {
  DATIVO_PROOF_GCP_PROJECT: "any",
  GOOGLE_APPLICATION_CREDENTIALS: "key.json",
  DATIVO_PROOF_STAGING: "gs://bucket/x",
};
const without = (variables: Record<string, string>, name: string) => ({ ...variables, [name]: "" });

// Each refuses before anything is built or called. One that did not would find no Node to build with, and fail at once.
test.for([
  ["no provider", [], AWS, /^Usage: npm run proof:cloud -- aws\|gcp \[--emulator\]$/m],
  ["a provider that is none", ["azure"], AWS, /^Usage/],
  ["two providers", ["aws", "gcp"], AWS, /^Usage/],
  ["AWS without a region", ["aws"], without(AWS, "AWS_REGION"), /aws .*needs AWS_REGION: see docs/],
  [
    "AWS without credentials",
    ["aws"],
    without(AWS, "AWS_ACCESS_KEY_ID"),
    /needs AWS_PROFILE or AWS_ACCESS_KEY_ID: see/,
  ],
  [
    "Google without a project",
    ["gcp"],
    without(GCP, "DATIVO_PROOF_GCP_PROJECT"),
    /needs DATIVO_PROOF_GCP_PROJECT: see/,
  ],
  [
    "Google without a key",
    ["gcp"],
    without(GCP, "GOOGLE_APPLICATION_CREDENTIALS"),
    /needs GOOGLE_APPLICATION_CREDENTIALS: see/,
  ],
  ["no bucket", ["gcp"], without(GCP, "DATIVO_PROOF_STAGING"), /needs DATIVO_PROOF_STAGING: see/],
  [
    "a bucket of the other provider",
    ["gcp"],
    { ...GCP, DATIVO_PROOF_STAGING: "s3://bucket/x" },
    /DATIVO_PROOF_STAGING=gs:\/\/bucket\/prefix, and not s3:/,
  ],
] as const)("the proof in an account refuses %s, and says which", ([, args, variables, message]) => {
  const ended = spawnSync(process.execPath, [SCRIPT, ...args], {
    encoding: "utf8",
    timeout: 20_000,
    env: { PATH: "", ...variables },
  });
  expect(ended.status, ended.stdout).toBe(2);
  expect(ended.stderr).toMatch(message);
  expect(ended.stdout).toBe("");
});
