import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { STSClient } from "@aws-sdk/client-sts";

/** The clients of one region; addresses and credentials are found as the AWS tools find them. */
export interface AwsClients {
  readonly lambda: LambdaClient;
  /** Invokes once and waits as long as the function takes: a second attempt would read again. */
  readonly invoker: LambdaClient;
  readonly iam: IAMClient;
  readonly secrets: SecretsManagerClient;
  readonly sts: STSClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
}

/** Attempts of calls that change nothing when they are made twice, or say so. */
const ATTEMPTS = 5;

/** Milliseconds that connecting may take. */
const CONNECT_MS = 10_000;

/** Opens the clients of a region; undefined for the one that the surroundings name. */
export function awsClients(region: string | undefined): AwsClients {
  // What the SDK says of Node's age concerns who installs Dativo, not who runs a job.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const shared = {
    ...(region === undefined ? {} : { region }),
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: 60_000, throwOnRequestTimeout: true },
  };
  return {
    lambda: new LambdaClient(shared),
    invoker: new LambdaClient({
      ...shared,
      maxAttempts: 1,
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: 0 },
    }),
    iam: new IAMClient(shared),
    secrets: new SecretsManagerClient(shared),
    sts: new STSClient(shared),
    logs: new CloudWatchLogsClient(shared),
    // Virtual hosts need names that an endpoint of one's own seldom has.
    s3: new S3Client({ ...shared, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined }),
  };
}
