import { readdirSync } from "node:fs";
import type { Project } from "./dativo.js";

/** Files and folders below the target that only a staging area holds, and that must be gone once a run has ended. */
export function stagedFiles(project: Project): string[] {
  const below = readdirSync(project.path("out"), { recursive: true }) as string[];
  return below.filter(isStaged);
}

/** Whether a path below the target belongs to a staging area. */
export function isStaged(path: string): boolean {
  return /staging|\.tmp/.test(path);
}
