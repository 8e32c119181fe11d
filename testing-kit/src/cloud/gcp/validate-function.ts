import type { FunctionInput } from "./cloud-function.js";
import { GcpError } from "./gcp-exchange.js";
import { CLOUD_FUNCTION_LIMITS, CLOUD_FUNCTION_RUNTIMES } from "./limits.js";
import { parseMemory } from "./memory.js";

/** Variables that the platform sets itself. */
const RESERVED =
  /^(K_SERVICE|K_REVISION|K_CONFIGURATION|PORT|FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE|X_GOOGLE_.*)$/;

/**
 * Refuses what the service would.
 *
 * @throws GcpError `INVALID_ARGUMENT`
 */
export function validateFunction({ labels = {}, buildConfig, serviceConfig = {} }: FunctionInput): void {
  const { runtime, entryPoint } = buildConfig ?? {};
  if (runtime === undefined || !CLOUD_FUNCTION_RUNTIMES.includes(runtime))
    throw invalid(
      "build_config.runtime",
      `The runtime ${runtime} is not supported. Use one of ${CLOUD_FUNCTION_RUNTIMES.join(", ")}.`,
    );
  if (entryPoint === undefined || !/^[A-Za-z_$][\w$.]{0,127}$/.test(entryPoint))
    throw invalid("build_config.entry_point", `'${entryPoint}' is not the name of a function`);
  const { availableMemory = "256M" } = serviceConfig;
  const memoryMb = parseMemory(availableMemory);
  if (memoryMb === undefined)
    throw invalid("service_config.available_memory", `'${availableMemory}' is no amount`);
  inRange("service_config.available_memory", memoryMb, CLOUD_FUNCTION_LIMITS.memoryMb);
  inRange(
    "service_config.timeout_seconds",
    serviceConfig.timeoutSeconds,
    CLOUD_FUNCTION_LIMITS.timeoutSeconds,
  );
  const { maxInstanceRequestConcurrency: concurrency, availableCpu } = serviceConfig;
  inRange("service_config.max_instance_request_concurrency", concurrency, CLOUD_FUNCTION_LIMITS.concurrency);
  if ((concurrency ?? 1) > 1 && !(Number(availableCpu) >= 1))
    throw invalid(
      "service_config.max_instance_request_concurrency",
      "Total cpu < 1 is not supported with concurrency > 1.",
    );
  if ((serviceConfig.maxInstanceCount ?? 1) < 1)
    throw invalid("service_config.max_instance_count", "must be 1 or more");
  for (const name of Object.keys(serviceConfig.environmentVariables ?? {}))
    if (RESERVED.test(name) || !/^[A-Za-z_]\w*$/.test(name))
      throw invalid("service_config.environment_variables", `${name} is reserved or no name of a variable`);
  if (Object.keys(labels).length > CLOUD_FUNCTION_LIMITS.labels)
    throw invalid("labels", "there are more than 64");
  for (const [key, value] of Object.entries(labels))
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value))
      throw invalid(
        "labels",
        `'${key}: ${value}' must be lower-case letters, digits, _ and -, at most 63 each`,
      );
}

function inRange(field: string, value: number | undefined, [least, most]: readonly [number, number]): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  throw invalid(field, `${value} is not between ${least} and ${most}`);
}

function invalid(field: string, message: string): GcpError {
  return new GcpError("INVALID_ARGUMENT", `Validation failed for ${field}: ${message}`);
}
