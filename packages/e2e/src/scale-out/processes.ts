import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { Project } from "../dativo.js";
import { isStaged } from "../staged-files.js";
import { logLength } from "./parts-project.js";

/** The worker processes of a run. */
export function workersOf({ pid = 0 }: ChildProcess): readonly number[] {
  const children = procText(`${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return children.filter((child) => procText(`${child}/cmdline`).includes("worker.js"));
}

/** A file of /proc; empty when the process is gone. */
function procText(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return "";
  }
}

/** Waits until the reader has said something since a length of its log, or the process has ended. */
export async function untilRead(project: Project, child: ChildProcess, from: number): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && logLength(project) <= from) await wait(5);
}

/** Waits until some run has made records visible in the target, or the process has ended. */
export async function untilCommitted(project: Project, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && committedFiles(project) === 0) await wait(5);
}

function committedFiles(project: Project): number {
  if (!existsSync(project.path("out"))) return 0;
  const below = readdirSync(project.path("out"), { recursive: true, encoding: "utf8" });
  return below.filter((path) => /\.parquet$/.test(path) && !isStaged(path)).length;
}

/** Kills some of the workers of a run, again and again, until there were so many kills or the run has ended. */
export async function killWorkers(child: ChildProcess, kills: number, everyMs: number): Promise<number> {
  let killed = 0;
  while (killed < kills && child.exitCode === null && child.signalCode === null) {
    await wait(everyMs);
    const workers = workersOf(child);
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
