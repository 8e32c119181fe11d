import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MockLambdaOptions } from "./mock-lambda-options.js";

/** Programs that stand for the managed runtimes. */
const FUNCTIONS = fileURLToPath(new URL("../../../functions/", import.meta.url));

/** Runtimes of Lambda that the emulator runs. */
export const RUNTIMES = [
  "nodejs20.x",
  "nodejs22.x",
  "nodejs24.x",
  "nodejs26.x",
  "python3.10",
  "python3.11",
  "python3.12",
  "python3.13",
  "python3.14",
  "python3.15",
  "provided.al2",
  "provided.al2023",
] as const;

/** Whether the emulator runs it. */
export function isRuntime(runtime: string): boolean {
  return (RUNTIMES as readonly string[]).includes(runtime);
}

/** The command that starts an environment. */
export function runtimeCommand(
  runtime: string,
  folder: string,
  variables: Readonly<Record<string, string>>,
  { interpreters = {} }: MockLambdaOptions,
): readonly [string, ...string[]] {
  if (runtime.startsWith("provided")) return [join(folder, "bootstrap")];
  const command: [string, ...string[]] = runtime.startsWith("nodejs")
    ? [interpreters.nodejs ?? process.execPath, join(FUNCTIONS, "lambda-node.mjs")]
    : [interpreters.python ?? "python3", join(FUNCTIONS, "lambda-python.py")];
  // A wrapper gets the command of the runtime as its arguments; in Lambda, the code is in /var/task.
  const wrapper = variables.AWS_LAMBDA_EXEC_WRAPPER;
  if (wrapper === undefined) return command;
  return [wrapper.replace(/^\/var\/task(?=\/)/, folder), ...command];
}
