import { emulatedBucket } from "./emulated-bucket.js";
import { aws, type ExecutionSettings, gcp, type Provider } from "./providers.js";

/** An account of a provider that a proof runs in. */
export interface Account {
  readonly provider: Provider;
  /** Where batches go that are too large otherwise. */
  readonly staging: string;
  close(): Promise<void>;
}

/** The account that the variables of `npm run proof:cloud` name. */
export async function openAccount(): Promise<Account> {
  const { DATIVO_PROOF_CLOUD: name, DATIVO_PROOF_EMULATOR, DATIVO_PROOF_STAGING: staging = "" } = process.env;
  const isAws = name === "aws";
  if (DATIVO_PROOF_EMULATOR !== "1")
    return { provider: isAws ? realAws() : realGcp(), staging, close: async () => undefined };
  const provider = await (isAws ? aws() : gcp());
  await emulatedBucket(provider, "staged");
  return {
    provider,
    staging: `${isAws ? "s3" : "gs"}://staged/proof`,
    close: () => provider.emulator.dispose(),
  };
}

function realAws(): Provider {
  const { DATIVO_PROOF_AWS_ROLE: role } = process.env;
  return {
    name: "aws",
    env: {},
    runtimes: { node: "nodejs24.x", python: "python3.13" },
    cloudExecution: (runtime, settings) =>
      execution("aws", runtime, settings, role === undefined ? [] : [`aws: { role_arn: "${role}" }`]),
  };
}

function realGcp(): Provider {
  const {
    DATIVO_PROOF_GCP_PROJECT: project,
    DATIVO_PROOF_GCP_REGION: region = "us-central1",
    DATIVO_PROOF_GCP_SERVICE_ACCOUNT: account,
  } = process.env;
  const more = account === undefined ? "" : `, service_account: "${account}"`;
  return {
    name: "gcp",
    env: {},
    runtimes: { node: "nodejs24", python: "python313" },
    cloudExecution: (runtime, settings) =>
      execution("gcp", runtime, settings, [`gcp: { project_id: "${project}", region: "${region}"${more} }`]),
  };
}

function execution(
  provider: string,
  runtime: string,
  { timeoutSeconds = 300, staging }: ExecutionSettings = {},
  own: readonly string[],
): string {
  const lines = [
    "enabled: true",
    `provider: ${provider}`,
    `runtime: ${runtime}`,
    "memory_mb: 512",
    `timeout_seconds: ${timeoutSeconds}`,
    ...(staging === undefined ? [] : [`staging: "${staging}"`]),
    ...own,
  ];
  return `    cloud_execution:\n${lines.map((line) => `      ${line}\n`).join("")}`;
}
