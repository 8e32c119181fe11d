import { emulatedBucket } from "./emulated-bucket.js";
import { aws, type ExecutionSettings, gcp, type Provider } from "./providers.js";

/** An account of a provider that a proof runs in. */
export interface Account {
  readonly provider: Provider;
  /** Where batches go that are too large otherwise. */
  readonly staging: string;
  /** Kinds of what a job makes there, all of which is to be removed. */
  readonly makes: readonly string[];
  close(): Promise<void>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The account that the variables of `npm run proof:cloud` name, or an emulator in its place. */
export async function openAccount(): Promise<Account> {
  const { DATIVO_PROOF_CLOUD: name, DATIVO_PROOF_EMULATOR, DATIVO_PROOF_STAGING: staging = "" } = process.env;
  const named = name === "aws" ? namedAws : namedGcp;
  const variables = DATIVO_PROOF_EMULATOR === "1" ? EMULATED : process.env;
  const makes =
    name === "aws"
      ? ["function", "log group", "secret", ...(variables.DATIVO_PROOF_AWS_ROLE ? [] : ["role"])]
      : ["function", "secret"];
  const provider = named(variables);
  if (variables !== EMULATED) return { provider, staging, makes, close: async () => undefined };
  const emulated = await (name === "aws" ? aws() : gcp());
  await emulatedBucket(emulated, "staged");
  // The job is made as for an account: what an account is given is tried here.
  return {
    provider: { ...provider, env: emulated.env },
    makes,
    staging: `${name === "aws" ? "s3" : "gs"}://staged/proof`,
    close: () => emulated.emulator.dispose(),
  };
}

/** What an account's owner would name: Google's project and account, and no role, so that one is made. */
const EMULATED: Variables = {
  DATIVO_PROOF_GCP_PROJECT: "my-project",
  DATIVO_PROOF_GCP_SERVICE_ACCOUNT: "plugin@my-project.iam.gserviceaccount.com",
};

function namedAws({ DATIVO_PROOF_AWS_ROLE: role }: Variables): Provider {
  return {
    name: "aws",
    env: {},
    runtimes: { node: "nodejs24.x", python: "python3.13" },
    cloudExecution: (runtime, settings) =>
      execution("aws", runtime, settings, role ? [`aws: { role_arn: "${role}" }`] : []),
  };
}

function namedGcp(variables: Variables): Provider {
  const {
    DATIVO_PROOF_GCP_PROJECT: project,
    DATIVO_PROOF_GCP_REGION: region,
    DATIVO_PROOF_GCP_SERVICE_ACCOUNT: account,
  } = variables;
  const more = account ? `, service_account: "${account}"` : "";
  return {
    name: "gcp",
    env: {},
    runtimes: { node: "nodejs24", python: "python313" },
    cloudExecution: (runtime, settings) =>
      execution("gcp", runtime, settings, [
        `gcp: { project_id: "${project}", region: "${region || "us-central1"}"${more} }`,
      ]),
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
