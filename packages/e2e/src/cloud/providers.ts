import {
  type MockCloudFunctions,
  type MockLambda,
  mockCloudFunctions,
  mockLambda,
} from "@dativo/testing-kit";
import { LIBRARIES_PYTHON } from "../python/python-here.js";

/** An emulator of a provider, and how a job says that a plugin runs there. */
export interface Provider {
  readonly emulator: MockLambda | MockCloudFunctions;
  /** `engine.cloud_execution` as the guide writes it, for a runtime of the provider. */
  readonly cloudExecution: (runtime: string) => string;
}

/** Lambda, with the role that the guide's job names, in an account with so much concurrency. */
export async function aws(accountConcurrency = 1000): Promise<Provider> {
  const emulator = await mockLambda({
    accountConcurrency,
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
    emulator,
    cloudExecution: (runtime) => `    cloud_execution:
      enabled: true
      provider: "aws"
      runtime: "${runtime}"
      memory_mb: 512
      timeout_seconds: 300
      aws:
        role_arn: "arn:aws:iam::123456789012:role/lambda-role"
        security_groups: ["sg-0123456789abcdef0"]
        subnets: ["subnet-0123456789abcdef0"]
      environment_variables:
        LOG_LEVEL: "INFO"
`,
  };
}

/** Cloud Functions, with the service account that the guide's job names. */
export async function gcp(): Promise<Provider> {
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
    emulator,
    cloudExecution: (runtime) => `    cloud_execution:
      enabled: true
      provider: "gcp"
      runtime: "${runtime}"
      memory_mb: 512
      timeout_seconds: 300
      gcp:
        project_id: "my-project"
        region: "us-central1"
        service_account: "plugin@my-project.iam.gserviceaccount.com"
      environment_variables:
        LOG_LEVEL: "INFO"
`,
  };
}
