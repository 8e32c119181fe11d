import type { ChildProcess } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import type { Project } from "./dativo.js";

/** Milliseconds between looks at the journals. */
const LOOK_MS = 3;

/** Kills a process with SIGKILL so many milliseconds after its start, unless it has ended. */
export function killAfter(ms: number): (child: ChildProcess) => void {
  return (child) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    child.on("exit", () => clearTimeout(timer));
  };
}

/** Kills a run with SIGKILL so many milliseconds after it has begun, or gone on, by its journal; unless it has ended. */
export function killAfterJournal(project: Project, ms: number): (child: ChildProcess) => void {
  const before = journalBytes(project);
  return (child) => {
    const timer = setInterval(() => {
      if (journalBytes(project) === before) return;
      clearInterval(timer);
      killAfter(ms)(child);
    }, LOOK_MS);
    child.on("exit", () => clearInterval(timer));
  };
}

function journalBytes(project: Project): number {
  const runs = project.path(".dativo", "runs");
  try {
    return readdirSync(runs).reduce(
      (sum, run) => sum + statSync(project.path(".dativo", "runs", run, "journal.jsonl")).size,
      0,
    );
  } catch {
    return 0;
  }
}
