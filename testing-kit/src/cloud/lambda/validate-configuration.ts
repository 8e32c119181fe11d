import { failedConstraint, invalidParameter } from "../aws/aws-error.js";
import { LAMBDA_LIMITS } from "./limits.js";
import type { MockLambdaOptions } from "./mock-lambda-options.js";
import { isRuntime, RUNTIMES } from "./runtimes.js";

/** The members of CreateFunction and UpdateFunctionConfiguration that are checked. */
export interface ConfigurationInput {
  readonly FunctionName?: string;
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Role?: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly VpcConfig?: {
    readonly SubnetIds?: readonly string[];
    readonly SecurityGroupIds?: readonly string[];
  };
  readonly EphemeralStorage?: { readonly Size: number };
  readonly Architectures?: readonly string[];
  readonly Tags?: Readonly<Record<string, string>>;
  readonly Description?: string;
  readonly Layers?: readonly string[];
}

/** Members of CreateFunction that the API knows; the real service refuses others only where they hurt, this one all. */
const MEMBERS = new Set(
  (
    "FunctionName Runtime Role Handler Code Description Timeout MemorySize Publish PublishTo VpcConfig PackageType " +
    "DeadLetterConfig Environment KMSKeyArn TracingConfig Tags Layers FileSystemConfigs CodeSigningConfigArn " +
    "ImageConfig Architectures EphemeralStorage SnapStart LoggingConfig TenancyConfig CapacityProviderConfig " +
    "DurableConfig RevisionId"
  ).split(" "),
);

/** Names that a function cannot set, since Lambda does. */
const RESERVED_VARIABLES = new Set(
  (
    "_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME " +
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE " +
    "AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY " +
    "AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR"
  ).split(" "),
);

/**
 * Refuses what the service would.
 *
 * @throws AwsError
 */
export function validateConfiguration(input: ConfigurationInput, options: MockLambdaOptions): void {
  for (const member of Object.keys(input))
    if (!MEMBERS.has(member)) throw invalidParameter(`Unknown parameter in input: "${member}"`);
  if (input.FunctionName !== undefined && !/^[a-zA-Z0-9-_]{1,64}$/.test(input.FunctionName))
    throw failedConstraint(
      "functionName",
      input.FunctionName,
      "Member must satisfy regular expression pattern: [a-zA-Z0-9-_]{1,64}",
    );
  if (
    input.Role !== undefined &&
    !/^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/.test(input.Role)
  )
    throw failedConstraint(
      "role",
      input.Role,
      "Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    );
  if (input.Runtime !== undefined && !isRuntime(input.Runtime))
    throw invalidParameter(
      `Value ${input.Runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${RUNTIMES.join(", ")}] or be a valid ARN`,
    );
  inRange("timeout", input.Timeout, LAMBDA_LIMITS.timeoutSeconds);
  inRange("memorySize", input.MemorySize, LAMBDA_LIMITS.memoryMb);
  inRange("ephemeralStorage.size", input.EphemeralStorage?.Size, LAMBDA_LIMITS.storageMb);
  for (const architecture of input.Architectures ?? [])
    if (architecture !== "x86_64" && architecture !== "arm64")
      throw failedConstraint(
        "architectures",
        architecture,
        "Member must satisfy enum value set: [x86_64, arm64]",
      );
  if ((input.Architectures?.length ?? 1) !== 1)
    throw failedConstraint("architectures", input.Architectures, "Member must have length equal to 1");
  if ((input.Description?.length ?? 0) > 256)
    throw failedConstraint(
      "description",
      input.Description,
      "Member must have length less than or equal to 256",
    );
  checkVariables(input.Environment?.Variables ?? {});
  checkNetwork(input.VpcConfig, options);
  if (Object.keys(input.Tags ?? {}).length > LAMBDA_LIMITS.tags)
    throw invalidParameter(`The number of tags exceeds the limit of ${LAMBDA_LIMITS.tags}.`);
}

function inRange(member: string, value: number | undefined, [least, most]: readonly [number, number]): void {
  if (value === undefined) return;
  if (!Number.isInteger(value)) throw failedConstraint(member, value, "Member must be an integer");
  if (value < least)
    throw failedConstraint(member, value, `Member must have value greater than or equal to ${least}`);
  if (value > most)
    throw failedConstraint(member, value, `Member must have value less than or equal to ${most}`);
}

function checkVariables(variables: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(variables)) {
    if (!/^[a-zA-Z]([a-zA-Z0-9_])+$/.test(name))
      throw failedConstraint(
        "environment.variables",
        name,
        "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
      );
    if (RESERVED_VARIABLES.has(name))
      throw invalidParameter(
        `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${name}`,
      );
  }
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > LAMBDA_LIMITS.environmentBytes)
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${JSON.stringify(variables).slice(0, 40)}…`,
    );
}

function checkNetwork(network: ConfigurationInput["VpcConfig"], options: MockLambdaOptions): void {
  if (network === undefined) return;
  const { SubnetIds: subnets = [], SecurityGroupIds: groups = [] } = network;
  if ((subnets.length === 0) !== (groups.length === 0))
    throw invalidParameter("SubnetIds and SecurityGroupIds must coexist or be both empty list.");
  if (subnets.length > LAMBDA_LIMITS.subnets)
    throw failedConstraint(
      "vpcConfig.subnetIds",
      subnets,
      "Member must have length less than or equal to 16",
    );
  if (groups.length > LAMBDA_LIMITS.securityGroups)
    throw failedConstraint(
      "vpcConfig.securityGroupIds",
      groups,
      "Member must have length less than or equal to 5",
    );
  for (const subnet of subnets)
    if (!/^subnet-[0-9a-z]+$/.test(subnet) || options.network?.subnets.includes(subnet) === false)
      throw invalidParameter(
        `Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID '${subnet}' does not exist`,
      );
  for (const group of groups)
    if (!/^sg-[0-9a-z]+$/.test(group) || options.network?.securityGroups.includes(group) === false)
      throw invalidParameter(
        `Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The security group '${group}' does not exist`,
      );
}
