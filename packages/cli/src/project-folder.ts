import { join } from "node:path";
import { findProjectRoot, stateDirOf } from "@dativo/engine";
import type { Context } from "./context.js";

/** The project that a folder belongs to. */
export function projectFolder(cwd: string): string {
  return findProjectRoot(join(cwd, "job.yaml"), cwd);
}

/** The folder of state, locks and runs of the project around the working folder. */
export function stateFolder({ cwd, env }: Pick<Context, "cwd" | "env">): string {
  return stateDirOf(projectFolder(cwd), env);
}
