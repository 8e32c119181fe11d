import type { GcpExecution } from "@dativo/protocol";
import type { protos } from "@google-cloud/functions";
import type { FunctionPackage } from "../../package/function-package.js";
import type { FunctionRequest } from "../function-deployer.js";
import { functionVariables } from "../function-identity.js";

/** A function as the interface of Cloud Functions has it. */
export type GcpFunction = protos.google.cloud.functions.v2.IFunction;

/** Instances at a time when the job sets no bound. */
const DEFAULT_INSTANCES = 100;

/** What a function is configured with, without its source. */
export function functionConfiguration(
  request: FunctionRequest,
  execution: GcpExecution,
  packaged: FunctionPackage,
) {
  const { serviceAccount } = execution.gcp;
  return {
    environment: "GEN_2",
    description: `Dativo: ${request.plugins.map(({ reference }) => reference.text).join(" and ")}`,
    buildConfig: { runtime: execution.runtime, entryPoint: packaged.handler },
    serviceConfig: {
      availableMemory: `${execution.memoryMb}Mi`,
      timeoutSeconds: execution.timeoutSeconds,
      environmentVariables: functionVariables(request, packaged),
      // A plugin holds one stream at a time, and is billed for its instance anyway.
      maxInstanceRequestConcurrency: 1,
      maxInstanceCount: execution.maxConcurrency ?? DEFAULT_INSTANCES,
      ingressSettings: "ALLOW_ALL",
      ...(serviceAccount === undefined ? {} : { serviceAccountEmail: serviceAccount }),
    },
  } satisfies GcpFunction;
}

/** Says whether a function is configured as wanted. */
export function isConfigured(found: GcpFunction, wanted: ReturnType<typeof functionConfiguration>): boolean {
  const { buildConfig, serviceConfig } = found;
  const asked = wanted.serviceConfig;
  const variables = (given: Readonly<Record<string, string>> | null | undefined) =>
    JSON.stringify(Object.entries(given ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  // The platform adds variables of its own.
  const known = Object.fromEntries(
    Object.entries(serviceConfig?.environmentVariables ?? {}).filter(
      ([name]) => name in asked.environmentVariables || !/^(?:LOG_EXECUTION_ID|FUNCTION_|K_)/.test(name),
    ),
  );
  return (
    buildConfig?.runtime === wanted.buildConfig.runtime &&
    buildConfig?.entryPoint === wanted.buildConfig.entryPoint &&
    Number.parseInt(serviceConfig?.availableMemory ?? "", 10) ===
      Number.parseInt(asked.availableMemory, 10) &&
    serviceConfig?.timeoutSeconds === asked.timeoutSeconds &&
    serviceConfig?.maxInstanceCount === asked.maxInstanceCount &&
    (asked.serviceAccountEmail === undefined ||
      serviceConfig?.serviceAccountEmail === asked.serviceAccountEmail) &&
    variables(known) === variables(asked.environmentVariables)
  );
}
