import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Plugin, parsePluginReference, Redactor, toDativoError } from "@dativo/protocol";
import { installedRuntimes, runtimeFor } from "../project/runtimes.js";
import { tryAbi } from "./abi-trial.js";
import { growthPerUse, type MemoryPoint } from "./memory-growth.js";
import type { Ledger, ProbeMessage, ProbeRequest, UseReport } from "./probe-request.js";
import { NATIVE_PROCESS, NODE_PROCESS, type ProbedProcess, pythonProcess } from "./probed-process.js";
import { growth, type ProcessSnapshot } from "./process-snapshot.js";
import { PythonObserver } from "./python-observer.js";
import { usePlugin } from "./use-plugin.js";

// What a probe runs: it loads one plugin, works with it, and says what came of it. The plugin may end this process.

/** Uses after the first, which may set up what stays, when memory is not looked at. */
const FEW_USES = 2;

/** How many times the planned uses there may be, as long as what memory shows is in doubt. */
const PATIENCE = 5;

/** Milliseconds after which no further use begins. */
const USES_MS = 25_000;

/** Milliseconds after which what is still open counts as left. */
const SETTLE_MS = 600;

const send = (message: ProbeMessage) => void process.send?.(message);

async function work(request: ProbeRequest): Promise<void> {
  if (request.task === "abi") {
    send({ type: "step", step: "loading" });
    tryAbi(request, send);
    return;
  }
  const reference = parsePluginReference(request.reference);
  const { projectRoot, loading } = request;
  const { searchPaths, python } = loading;
  const runtime = runtimeFor(reference, await installedRuntimes(projectRoot));
  const observer = runtime.name === "python" ? await PythonObserver.listen() : undefined;
  const own = runtime.name === "native" ? NATIVE_PROCESS : NODE_PROCESS;
  const observed = observer === undefined ? own : pythonProcess(observer);
  // What the plugin changes when it is loaded counts as well.
  const early = observer === undefined ? await observed.snapshot() : undefined;
  send({ type: "step", step: "loading" });
  const plugin = await runtime.load(reference, {
    projectRoot,
    searchPaths,
    kind: request.work.kind,
    placement: {
      kind: "in_process",
      callTimeoutSeconds: 30,
      ...(python === undefined ? {} : { python }),
    },
    redactor: new Redactor(),
    log: () => {},
  });
  try {
    const first = early ?? (await startOf(observer, observed));
    const used = await useAgain(plugin, request, observed, first);
    const ledger = runtime.name === "native" ? await ledgerOf(projectRoot) : undefined;
    send({ type: "used", report: { ...used, ledger, events: observer?.events ?? [] } });
  } finally {
    observer?.close();
    await plugin.close();
  }
}

/** The state in which the process of a Python plugin started. */
async function startOf(
  observer: PythonObserver | undefined,
  observed: ProbedProcess,
): Promise<ProcessSnapshot> {
  const now = await observed.snapshot();
  const { folder, variables, settings } = observer?.start ?? now;
  return { ...now, folder, variables, settings };
}

async function useAgain(
  plugin: Plugin,
  request: ProbeRequest,
  observed: ProbedProcess,
  first: ProcessSnapshot,
): Promise<Omit<UseReport, "ledger" | "events">> {
  const use = async (number: number) => {
    send({ type: "step", step: number === 0 ? "its first use" : `use ${number + 1}` });
    return usePlugin(plugin, request.work, request.projectRoot, number);
  };
  await use(0);
  const used = await observed.snapshot();
  const memory: MemoryPoint[] = [];
  const held: WeakRef<object>[][] = [];
  let amount = { records: 0, bytes: 0 };
  const started = performance.now();
  const few = { uses: FEW_USES, every: FEW_USES + 1 };
  const { uses, every } = request.task === "repeat" ? observed.plan : few;
  const tolerated = () => observed.tolerated(amount, memory.at(-1)?.uses ?? 0);
  const isDone = (number: number) =>
    number > uses && (number > uses * PATIENCE || !isDoubtful(growthPerUse(memory), tolerated()));
  for (let number = 1; !isDone(number); number += 1) {
    if (performance.now() - started > USES_MS) break;
    const { held: own, ...handedOver } = await use(number);
    amount = handedOver;
    held.push(own);
    const bytes = number % every === 0 ? await observed.memory() : undefined;
    if (bytes !== undefined) memory.push({ uses: number, held: bytes });
  }
  const last = await settled(observed, used);
  const retained = await stillReferredTo(held.slice(0, -1).flat());
  const { unit } = observed;
  return { snapshots: [first, used, last], memory, unit, tolerated: tolerated(), retained, ...amount };
}

/** Whether memory grows, but not so much that it could not be the languages' own, which a busy machine draws out. */
function isDoubtful(grown: number, tolerated: number): boolean {
  return grown > tolerated && grown < 4 * tolerated;
}

/** How many objects are not collected. */
async function stillReferredTo(references: readonly WeakRef<object>[]): Promise<number> {
  let alive = references.length;
  for (let turn = 0; turn < 4 && alive > 0; turn += 1) {
    // What was looked at in a turn stays until the next.
    await sleep(5);
    globalThis.gc?.();
    alive = references.filter((reference) => reference.deref() !== undefined).length;
  }
  return alive;
}

/** The state of a process once what is only being let go has gone. */
async function settled(observed: ProbedProcess, before: ProcessSnapshot): Promise<ProcessSnapshot> {
  for (let waited = 0; ; waited += 50) {
    const now = await observed.snapshot();
    const left = [
      growth(before.files, now.files),
      growth(before.threads, now.threads),
      growth(before.children, now.children),
    ];
    if (waited >= SETTLE_MS || left.every((kinds) => Object.keys(kinds).length === 0)) return now;
    await sleep(50);
  }
}

/** What the native runtime that was used has counted. */
async function ledgerOf(projectRoot: string): Promise<Ledger | undefined> {
  for (const folder of [projectRoot, fileURLToPath(new URL(".", import.meta.url))]) {
    try {
      const entry = createRequire(join(folder, "package.json")).resolve("@dativo/runtime-native");
      const { nativeLedger } = (await import(pathToFileURL(entry).href)) as {
        readonly nativeLedger?: () => Ledger;
      };
      return nativeLedger?.();
    } catch {
      // not installed there
    }
  }
  return undefined;
}

process.once("message", (request: ProbeRequest) => {
  // Nothing else may keep this process alive while it waits for the plugin's.
  process.channel?.ref();
  work(request)
    .catch((thrown: unknown) => {
      const { code, message } = toDativoError(thrown, { code: "PLUGIN_ERROR" });
      send({ type: "failed", code, message });
    })
    .finally(() => {
      process.once("disconnect", () => process.exit(0));
      process.disconnect();
    });
});
