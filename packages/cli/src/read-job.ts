import { type ResolvedJob, readJobFile } from "@dativo/engine";
import { builtinTypes } from "./builtins.js";
import type { Context } from "./context.js";

/** Reads and checks a job file; unknown built-in types are refused with the nearest name. */
export function readJob(
  path: string,
  { cwd, env, redactors }: Pick<Context, "cwd" | "env" | "redactors">,
): ResolvedJob {
  const job = readJobFile(path, { cwd, env, ...builtinTypes() });
  redactors.push(job.redactor);
  return job;
}
