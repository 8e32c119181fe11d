// npm run proof:cloud -- aws|gcp [--emulator]: runs plugins in functions of an account of yours, and removes them again.
// docs/testing-cloud.md names the variables; with --emulator none is needed, and nothing leaves this machine.
import { prepare, step } from "./step.mjs";

/** Variables that each provider needs; of several, one. */
const VARIABLES = {
  aws: [["AWS_REGION"], ["AWS_PROFILE", "AWS_ACCESS_KEY_ID"], ["DATIVO_PROOF_STAGING"]],
  gcp: [["DATIVO_PROOF_GCP_PROJECT"], ["GOOGLE_APPLICATION_CREDENTIALS"], ["DATIVO_PROOF_STAGING"]],
};

/** Addresses that lead elsewhere than to an account, and buckets as each provider names them. */
const ENDPOINTS = { aws: /^AWS_ENDPOINT_URL/, gcp: /^DATIVO_GCP_ENDPOINT$/ };
const STAGING = { aws: "s3://", gcp: "gs://" };

const words = process.argv.slice(2);
const emulator = words.includes("--emulator");
const [provider, ...more] = words.filter((word) => word !== "--emulator");
const wanted = VARIABLES[provider];
if (wanted === undefined || more.length > 0) {
  console.error("Usage: npm run proof:cloud -- aws|gcp [--emulator]");
  process.exit(2);
}
const missing = emulator ? [] : wanted.filter((names) => !names.some((name) => process.env[name]));
if (missing.length > 0) {
  const list = missing.map((names) => names.join(" or ")).join(", ");
  console.error(
    `proof:cloud ${provider} runs in an account of yours, and needs ${list}: see docs/testing-cloud.md.`,
  );
  process.exit(2);
}

const { DATIVO_PROOF_STAGING: staging = "" } = process.env;
if (!emulator && !staging.startsWith(STAGING[provider])) {
  console.error(
    `proof:cloud ${provider} needs a bucket of its provider: DATIVO_PROOF_STAGING=${STAGING[provider]}bucket/prefix, and not ${staging}.`,
  );
  process.exit(2);
}
const elsewhere = Object.keys(process.env).filter(
  (name) => ENDPOINTS[provider].test(name) && process.env[name],
);
if (!emulator && elsewhere.length > 0)
  console.warn(`${elsewhere.join(", ")} is set: this runs there, and proves nothing about an account.`);

prepare();
const args = ["run", "--root", "packages/e2e", "--config", "vitest.cloud.config.ts"];
step(`plugins in functions of ${provider}`, "vitest", args, {
  env: { DATIVO_PROOF_CLOUD: provider, ...(emulator ? { DATIVO_PROOF_EMULATOR: "1" } : {}) },
});
