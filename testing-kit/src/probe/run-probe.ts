import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { EgressTrap } from "./egress-trap.js";
import type { AbiReport, ProbeMessage, ProbeRequest, UseReport } from "./probe-request.js";

/** The module that a probe runs, as it was built. */
const MAIN = fileURLToPath(new URL("../../dist/probe/probe-main.js", import.meta.url));

/** Milliseconds after which a probe is ended. */
const TIMEOUT_MS = 120_000;

/** Milliseconds after its end that the rest of its output is waited for. */
const OUTPUT_GRACE_MS = 300;

/** Characters that are kept of what a probe prints. */
const MAX_OUTPUT = 4000;

/** What came of a probe. */
export interface ProbeOutcome {
  readonly used: UseReport | undefined;
  readonly abi: AbiReport | undefined;
  /** What the plugin failed with. */
  readonly failed: { readonly code: string; readonly message: string } | undefined;
  /** How the process ended before it was done, and within which step. */
  readonly crashed: { readonly how: string; readonly step: string } | undefined;
  /** What was written to the standard streams of the process. */
  readonly printed: string;
  /** Hosts beyond this machine that it connected to. */
  readonly hosts: readonly string[];
}

/**
 * Works with a plugin in a process that is made for it, and may end as it likes.
 *
 * @param isNative Whether the plugin runs in that process, so that its connections are those of the process
 */
export async function runProbe(request: ProbeRequest, isNative: boolean): Promise<ProbeOutcome> {
  const trap = await EgressTrap.start();
  const child = spawn(process.execPath, ["--expose-gc", MAIN], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    windowsHide: true,
    // A group of its own, so that what the plugin leaves behind ends with it.
    detached: process.platform !== "win32",
    // Freed memory is overwritten, so that what is used after it was freed is seen.
    env: { ...process.env, NODE_NO_WARNINGS: "1", MALLOC_PERTURB_: "165", ...trap.environment },
  });
  if (isNative && child.pid !== undefined) trap.follow(child.pid);
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(0, MAX_OUTPUT);
    });
  let step = "starting";
  let used: UseReport | undefined;
  let abi: AbiReport | undefined;
  let failed: ProbeOutcome["failed"];
  child.on("message", (message: ProbeMessage) => {
    if (message.type === "step") step = message.step;
    else if (message.type === "used") used = message.report;
    else if (message.type === "failed") failed = { code: message.code, message: message.message };
    else {
      const findings = [
        ...(abi?.findings ?? []),
        ...(message.finding === undefined ? [] : [message.finding]),
      ];
      abi = { abi: message.abi, findings };
    }
  });
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    endGroup(child);
  }, TIMEOUT_MS);
  try {
    child.send(request);
    const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>(
      (resolve, reject) => {
        child.once("error", reject);
        child.once("exit", (code, signal) => resolve({ code, signal }));
      },
    );
    // What it left behind may hold the streams open.
    const output = once(child, "close");
    await Promise.race([output, sleep(OUTPUT_GRACE_MS, undefined, { ref: false })]);
    await trap.settle();
    const how = hung
      ? `had not ended after ${TIMEOUT_MS / 1000} s`
      : signal === null
        ? `exited with code ${code}`
        : `was ended by ${signal}`;
    const crashed = hung || signal !== null || code !== 0 ? { how, step } : undefined;
    return { used, abi, failed, crashed, printed, hosts: [...trap.hosts].sort() };
  } finally {
    clearTimeout(timer);
    endGroup(child);
    child.stdout?.destroy();
    child.stderr?.destroy();
    trap.close();
  }
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}
