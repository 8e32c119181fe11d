import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Project } from "../dativo.js";
import { logLength } from "./parts-project.js";

/** Processes that a process has started and that are still there. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Waits until the reader has said something since a length of its log, or the process has ended. */
export async function untilRead(project: Project, child: ChildProcess, from: number): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && logLength(project) <= from) await wait(5);
}

/** Kills some of the workers of a run, again and again, until there were so many kills or the run has ended. */
export async function killWorkers(child: ChildProcess, kills: number, everyMs: number): Promise<number> {
  let killed = 0;
  while (killed < kills && child.exitCode === null && child.signalCode === null) {
    await wait(everyMs);
    const workers = childrenOf(child.pid ?? 0);
    const victim = workers[Math.floor(Math.random() * workers.length)];
    if (victim === undefined) continue;
    try {
      process.kill(victim, "SIGKILL");
      killed += 1;
    } catch {
      // It has just ended.
    }
  }
  return killed;
}
