import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** One boot of one machine (on Linux: one process namespace of it), inside which a pid means one process. */
  readonly machine: string;
  /** When the process started, in the clock of its own system; tells a reused pid apart. Empty where unknown. */
  readonly processStart: string;
  readonly token: string;
  /** ISO 8601 time at which the lock was taken. */
  readonly since: string;
  readonly runId?: string;
}

const storedOwner = z.object({
  pid: z.int(),
  host: z.string(),
  machine: z.string(),
  process_start: z.string(),
  token: z.string(),
  since: z.string(),
  run_id: z.string().optional(),
  released: z.boolean().optional(),
});

/** Writes an owner for a lock file. */
export function storeOwner(owner: LockOwner, released: boolean): string {
  const { processStart, runId, ...rest } = owner;
  return `${JSON.stringify({ ...rest, process_start: processStart, ...(runId === undefined ? {} : { run_id: runId }), ...(released ? { released } : {}) })}\n`;
}

/** Reads a lock file; undefined when it is not one, or not whole. */
export function restoreOwner(text: string): (LockOwner & { readonly released: boolean }) | undefined {
  try {
    const { process_start, run_id, released, ...rest } = storedOwner.parse(JSON.parse(text));
    return {
      ...rest,
      processStart: process_start,
      released: released ?? false,
      ...(run_id === undefined ? {} : { runId: run_id }),
    };
  } catch {
    return undefined;
  }
}

/** This process as the owner of a lock. */
export function thisProcess(token: string, runId: string | undefined): LockOwner {
  return {
    pid: process.pid,
    host: hostname(),
    machine: thisMachine(),
    processStart: processStart(process.pid),
    token,
    since: new Date().toISOString(),
    ...(runId === undefined ? {} : { runId }),
  };
}

/** Says whether the process of an owner on this machine is still there. */
export function isAlive(owner: LockOwner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it is there, and belongs to another user.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const start = processStart(owner.pid);
  return start === "" || owner.processStart === "" || start === owner.processStart;
}

/** One boot of one machine, inside which a pid means one process. */
export function thisMachine(): string {
  if (process.platform !== "linux") return hostname();
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

/** When a process started; empty where the platform does not say. */
function processStart(pid: number): string {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // Field 22; the name in field 2 may hold spaces and brackets, so fields are counted after its end. A zombie is dead.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? "ended" : (fields[19] ?? "");
    }
    if (process.platform === "win32") return "";
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
    }).trim();
  } catch {
    return "";
  }
}
