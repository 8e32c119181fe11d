import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What belongs to a process at one moment, as far as its system shows it. */
export interface ProcessSnapshot {
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Other things that a process has one of, by name. */
  readonly settings: Readonly<Record<string, string>>;
  /** Names of what is open: files by their path, sockets and pipes by their kind. */
  readonly files: readonly string[];
  readonly threads: readonly string[];
  /** Programs that it started and that still run. */
  readonly children: readonly string[];
}

/** What is open in a process; empty where the system does not say. */
export function openFiles(pid: number): string[] {
  return namesIn(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      if (target.startsWith("/proc/") || target.startsWith("anon_inode:")) return [];
      return [target.replace(/:\[\d+\]$/, "")];
    } catch {
      return []; // closed meanwhile
    }
  });
}

/** The sockets that are open in a process, by their number in the tables of the system. */
export function openSockets(pid: number): Set<string> {
  const numbers = namesIn(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const socket = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`));
      return socket?.[1] === undefined ? [] : [socket[1]];
    } catch {
      return []; // closed meanwhile
    }
  });
  return new Set(numbers);
}

/** The names of a process's threads. */
export function threadsOf(pid: number): string[] {
  return namesIn(`/proc/${pid}/task`).map((task) => textOf(`/proc/${pid}/task/${task}/comm`).trim());
}

/** Processes that a process started and that still run, by id. */
export function childrenOf(pid: number): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of namesIn("/proc")) {
    // `pid (name) state parent …`; a zombie runs no more.
    const stat = /^\d+ \((.*)\) (\w) (\d+) /s.exec(/^\d+$/.test(name) ? textOf(`/proc/${name}/stat`) : "");
    if (stat !== null && Number(stat[3]) === pid && stat[2] !== "Z") found.set(Number(name), stat[1] ?? "");
  }
  return found;
}

/** What a process does at signals, and what its new files may be, from its status. */
export function settingsOf(pid: number): Record<string, string> {
  const status = textOf(`/proc/${pid}/status`);
  const member = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
  return { "the handlers of signals": `${member("SigCgt")} ${member("SigIgn")}`, umask: member("Umask") };
}

/** The folder that a process works in. */
export function folderOf(pid: number, otherwise: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return otherwise;
  }
}

/** What one snapshot has more of than another, by name. */
export function growth(
  before: readonly string[],
  after: readonly string[],
): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const name of after) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const name of before) counts.set(name, (counts.get(name) ?? 0) - 1);
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the process has ended, or the system has no /proc
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
