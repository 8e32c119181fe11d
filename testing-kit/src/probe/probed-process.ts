import { setTimeout as sleep } from "node:timers/promises";
import { nativeHeapBytes } from "./native-heap.js";
import {
  childrenOf,
  folderOf,
  openFiles,
  type ProcessSnapshot,
  settingsOf,
  threadsOf,
} from "./process-snapshot.js";
import type { PythonObserver } from "./python-observer.js";

/** The process that a plugin runs in, as seen from this one. */
export interface ProbedProcess {
  readonly unit: "bytes" | "objects";
  /** Uses in all, and after how many each its memory is looked at. */
  readonly plan: { readonly uses: number; readonly every: number };
  /**
   * What each of so many uses may add: what the languages themselves keep of code that runs for the first times, and
   * a part of what was handed over.
   */
  tolerated(use: { readonly records: number; readonly bytes: number }, uses: number): number;
  snapshot(): Promise<ProcessSnapshot>;
  /** What it holds once everything that can be collected was; undefined where it cannot be measured. */
  memory(): Promise<number | undefined>;
}

/** Uses after which the engine of JavaScript has what it keeps beside a library. */
const SETTLED_USES = 48;

/** This process, into which a library is loaded. */
export const NATIVE_PROCESS: ProbedProcess = {
  unit: "bytes",
  // What the engine of JavaScript allocates for code that it sees for the first times takes dozens of uses to settle.
  plan: { uses: 54, every: 6 },
  tolerated: ({ bytes }, uses) => bytes / 4 + (uses >= SETTLED_USES ? 2500 : 60_000),
  snapshot: ownSnapshot,
  memory: async () => {
    // What is kept for JavaScript is given back when it is collected, some of it later and by another thread.
    let least: number | undefined;
    for (let look = 0; look < 4; look += 1) {
      globalThis.gc?.();
      await sleep(2);
      const held = nativeHeapBytes();
      if (held !== undefined) least = Math.min(held, least ?? held);
    }
    return least;
  },
};

/** This process, into which a plugin of JavaScript is loaded. */
export const NODE_PROCESS: ProbedProcess = {
  unit: "bytes",
  plan: { uses: 12, every: 1 },
  tolerated: ({ bytes }) => 2 * bytes + 120_000,
  snapshot: ownSnapshot,
  memory: async () => {
    await sleep(2);
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
};

/** The process of a Python plugin, which an observer inside it reports on. */
export function pythonProcess(observer: PythonObserver): ProbedProcess {
  return {
    unit: "objects",
    plan: { uses: 8, every: 1 },
    tolerated: ({ records }) => records + 60,
    snapshot: async () => {
      const { pid, folder, variables, settings, threads } = await observer.ask();
      return {
        folder,
        variables,
        settings,
        threads,
        files: openFiles(pid),
        children: [...childrenOf(pid).values()],
      };
    },
    memory: async () => (await observer.ask()).blocks,
  };
}

async function ownSnapshot(): Promise<ProcessSnapshot> {
  const { pid } = process;
  return {
    folder: folderOf(pid, process.cwd()),
    variables: defined(process.env),
    settings: settingsOf(pid),
    files: openFiles(pid),
    threads: threadsOf(pid),
    children: [...childrenOf(pid).values()],
  };
}

function defined(variables: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value ?? ""]));
}
