import {
  type MockCloudFunctions,
  type MockLambda,
  type MockLambdaOptions,
  mockCloudFunctions,
  mockLambda,
} from "@dativo/testing-kit";
import { LIBRARIES_PYTHON } from "../python/python-here.js";

/** Where functions run, and how a job says that a plugin runs there. */
export interface Provider {
  readonly name: "aws" | "gcp";
  /** Variables with which the command finds it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runtimes of the provider, for what needs Node and for Python. */
  readonly runtimes: { readonly node: string; readonly python: string };
  /** `engine.cloud_execution` as the guide writes it, for a runtime of the provider. */
  readonly cloudExecution: (runtime: string, settings?: ExecutionSettings) => string;
}

/** Settings of a function that differ from the guide's. */
export interface ExecutionSettings {
  readonly timeoutSeconds?: number | undefined;
  /** Where batches and packages go that are too large otherwise. */
  readonly staging?: string | undefined;
  /** Further files of the package. */
  readonly include?: readonly string[] | undefined;
}

/** A provider that runs on this machine. */
export interface EmulatedProvider extends Provider {
  readonly emulator: MockLambda | MockCloudFunctions;
}

/** Lambda, with the role that the guide's job names. */
export async function aws(options: MockLambdaOptions = {}): Promise<EmulatedProvider> {
  const emulator = await mockLambda({
    ...options,
    roles: {
      "lambda-role": [
        { action: "secretsmanager:GetSecretValue" },
        { action: "ec2:*" },
        { action: "s3:*" },
        { action: "logs:*" },
      ],
    },
  });
  return {
    name: "aws",
    env: emulator.env,
    emulator,
    runtimes: { node: "nodejs24.x", python: "python3.11" },
    cloudExecution: (runtime, settings = {}) => `    cloud_execution:
      enabled: true
      provider: "aws"
      runtime: "${runtime}"
      memory_mb: 512
${commonKeys(settings)}      aws:
        role_arn: "arn:aws:iam::123456789012:role/lambda-role"
        security_groups: ["sg-0123456789abcdef0"]
        subnets: ["subnet-0123456789abcdef0"]
      environment_variables:
        LOG_LEVEL: "INFO"
`,
  };
}

/** Cloud Functions, with the service account that the guide's job names. */
export async function gcp(): Promise<EmulatedProvider> {
  const emulator = await mockCloudFunctions({
    project: "my-project",
    interpreters: { python: LIBRARIES_PYTHON },
    serviceAccounts: {
      "plugin@my-project.iam.gserviceaccount.com": [
        "roles/secretmanager.secretAccessor",
        "roles/storage.objectAdmin",
      ],
    },
  });
  return {
    name: "gcp",
    env: emulator.env,
    emulator,
    runtimes: { node: "nodejs24", python: "python311" },
    cloudExecution: (runtime, settings = {}) => `    cloud_execution:
      enabled: true
      provider: "gcp"
      runtime: "${runtime}"
      memory_mb: 512
${commonKeys(settings)}      gcp:
        project_id: "my-project"
        region: "us-central1"
        service_account: "plugin@my-project.iam.gserviceaccount.com"
      environment_variables:
        LOG_LEVEL: "INFO"
`,
  };
}

function commonKeys({ timeoutSeconds = 300, staging, include }: ExecutionSettings): string {
  const lines = [
    `timeout_seconds: ${timeoutSeconds}`,
    ...(staging === undefined ? [] : [`staging: "${staging}"`]),
    ...(include === undefined ? [] : [`include: ${JSON.stringify(include)}`]),
  ];
  return lines.map((line) => `      ${line}\n`).join("");
}
