import type { EnvironmentHost } from "./environment.js";
import type { LambdaFunction } from "./lambda-function.js";

/** The variables that a function sees: those that Lambda sets, its own, and the way to the emulated services. */
export function environmentVariables(
  fn: LambdaFunction,
  host: EnvironmentHost,
  runtimeApi: string,
  logStream: string,
): Record<string, string> {
  const { configuration: c } = fn;
  const region = host.options.region ?? "us-east-1";
  const { accessKeyId, secretAccessKey, sessionToken } = host.credentials(c.Role);
  return {
    PATH: process.env.PATH ?? "",
    HOME: "/tmp",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PYTHONUNBUFFERED: "1",
    AWS_ENDPOINT_URL: host.origin,
    ...host.options.functionEnv,
    ...c.Environment?.Variables,
    _HANDLER: c.Handler,
    LAMBDA_TASK_ROOT: fn.folder,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: c.FunctionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(c.MemorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: c.LoggingConfig.LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_EXECUTION_ENV: c.Runtime.startsWith("provided") ? "" : `AWS_Lambda_${c.Runtime}`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}
