import type {
  Architecture,
  CreateFunctionCommandInput,
  FunctionConfiguration,
  Runtime,
} from "@aws-sdk/client-lambda";
import type { AwsExecution } from "@dativo/protocol";
import type { FunctionPackage } from "../../package/function-package.js";
import type { FunctionRequest } from "../function-deployer.js";
import { functionVariables } from "../function-identity.js";

/** What a function is configured with, as `CreateFunction` and `UpdateFunctionConfiguration` take it. */
export function functionConfiguration(
  request: FunctionRequest,
  execution: AwsExecution,
  packaged: FunctionPackage,
  role: string,
) {
  const { securityGroups, subnets } = execution.aws;
  return {
    Role: role,
    Runtime: execution.runtime as Runtime,
    Handler: packaged.handler,
    MemorySize: execution.memoryMb,
    Timeout: execution.timeoutSeconds,
    Environment: { Variables: functionVariables(request, packaged) },
    VpcConfig: { SubnetIds: [...subnets], SecurityGroupIds: [...securityGroups] },
    Description: `Dativo: ${request.plugins.map(({ reference }) => reference.text).join(" and ")}`.slice(
      0,
      256,
    ),
  } satisfies Partial<CreateFunctionCommandInput>;
}

/** What only creating takes. */
export function creationOnly(execution: AwsExecution) {
  return {
    PackageType: "Zip",
    Architectures: [execution.aws.architecture as Architecture],
  } satisfies Partial<CreateFunctionCommandInput>;
}

/** Says whether a function is configured as wanted; an own role keeps its ARN by its name. */
export function isConfigured(
  found: FunctionConfiguration,
  wanted: ReturnType<typeof functionConfiguration>,
): boolean {
  const same = (a: readonly string[] = [], b: readonly string[] = []) =>
    JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
  const entries = (variables: Readonly<Record<string, string>> = {}) =>
    Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return (
    found.Role === wanted.Role &&
    found.Runtime === wanted.Runtime &&
    found.Handler === wanted.Handler &&
    found.MemorySize === wanted.MemorySize &&
    found.Timeout === wanted.Timeout &&
    same(entries(found.Environment?.Variables), entries(wanted.Environment.Variables)) &&
    same(found.VpcConfig?.SubnetIds, wanted.VpcConfig.SubnetIds) &&
    same(found.VpcConfig?.SecurityGroupIds, wanted.VpcConfig.SecurityGroupIds)
  );
}
