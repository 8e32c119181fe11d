import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** Megabytes (2^20 bytes) of physical memory that a process and its children hold; undefined when it has ended. */
export async function memoryUse(pid: number): Promise<number | undefined> {
  if (process.platform === "linux") return linuxUse(pid);
  try {
    const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
    return Number(stdout) / 1024;
  } catch {
    return undefined;
  }
}

function linuxUse(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    if (kilobytes === undefined) return undefined;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean);
    return (
      Number(kilobytes) / 1024 + children.reduce((sum, child) => sum + (linuxUse(Number(child)) ?? 0), 0)
    );
  } catch {
    return undefined;
  }
}
