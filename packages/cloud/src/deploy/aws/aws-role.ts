import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { AwsExecution } from "@dativo/protocol";
import type { AwsClients } from "./aws-clients.js";
import { awsErrorName } from "./aws-errors.js";

/** Path of the roles that Dativo makes, by which they are told from others. */
export const ROLE_PATH = "/dativo/";

/** Name of the policy that lets a function read its secrets and exchange large batches. */
export const SECRETS_POLICY = "dativo-secrets";

const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

const MANAGED = "policy/service-role";

/** Policies of AWS that a function needs: to print, and to reach its subnets. */
export function managedPolicies({ aws: { subnets } }: AwsExecution, partition: string): string[] {
  const names = subnets.length > 0 ? ["AWSLambdaVPCAccessExecutionRole"] : ["AWSLambdaBasicExecutionRole"];
  return names.map((name) => `arn:${partition}:iam::aws:${MANAGED}/${name}`);
}

/** The objects below the place that a job hands large batches over at. */
function stagedObjects(staging: string, partition: string): string {
  const { hostname: bucket, pathname } = new URL(staging);
  return `arn:${partition}:s3:::${bucket}${pathname.replace(/\/*$/, "/")}*`;
}

/** What a role is made for. */
export interface RoleRequest {
  readonly name: string;
  readonly execution: AwsExecution;
  readonly partition: string;
  /** ARNs, or patterns of them, of the secrets that it may read. */
  readonly secrets: readonly string[];
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly signal: AbortSignal;
}

/** Sees to it that a role is there which a function can run under, and returns its ARN. */
export async function ensureRole({ iam }: AwsClients, request: RoleRequest): Promise<string> {
  const { name, execution, partition, secrets, tags, signal } = request;
  const abort = { abortSignal: signal };
  const arn = await createdOrFound();
  for (const policy of managedPolicies(execution, partition))
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: policy }), abort);
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: SECRETS_POLICY,
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secrets },
          ...(execution.staging === undefined
            ? []
            : [
                {
                  Effect: "Allow",
                  Action: ["s3:GetObject", "s3:PutObject"],
                  Resource: stagedObjects(execution.staging, partition),
                },
              ]),
        ],
      }),
    }),
    abort,
  );
  return arn;

  async function createdOrFound(): Promise<string> {
    try {
      const { Role } = await iam.send(
        new CreateRoleCommand({
          RoleName: name,
          Path: ROLE_PATH,
          Description: "Lets a plugin that Dativo deployed run in AWS Lambda.",
          AssumeRolePolicyDocument: JSON.stringify(TRUST),
          Tags: [...tags],
        }),
        abort,
      );
      return Role?.Arn ?? "";
    } catch (thrown) {
      if (awsErrorName(thrown) !== "EntityAlreadyExistsException") throw thrown;
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }), abort);
      return Role?.Arn ?? "";
    }
  }
}
