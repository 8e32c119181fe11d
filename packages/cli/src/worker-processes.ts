import { fileURLToPath } from "node:url";
import { type ExecutorNeeds, type PartitionExecutor, WorkerPool } from "@dativo/engine";
import type { Context } from "./context.js";

/** Processes that run the parts of a job; undefined when its target can only be open in this one. */
export function workerProcesses(
  job: string,
  { singleProcess }: ExecutorNeeds,
  { cwd, env }: Pick<Context, "cwd" | "env">,
): PartitionExecutor | undefined {
  if (singleProcess) return undefined;
  const script = fileURLToPath(new URL("./worker.js", import.meta.url));
  return new WorkerPool({ script, arguments: [job], cwd, env });
}
