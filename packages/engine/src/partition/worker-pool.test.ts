import { spawn } from "node:child_process";
import { once } from "node:events";
import type { LogRecord } from "@dativo/protocol";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type ChildProgram, childProgram } from "../../test-fixtures/child-program.js";
import type { PartitionCall } from "./coordinator.js";
import { WorkerPool } from "./worker-pool.js";

let worker: ChildProgram;
let parent: ChildProgram;
beforeAll(async () => {
  worker = await childProgram("./partition-worker.ts");
  parent = await childProgram("./partition-parent.ts");
});
afterAll(async () => {
  await worker.remove();
  await parent.remove();
});

const pools: WorkerPool[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

function pool(processes = 2): WorkerPool {
  const made = new WorkerPool({
    script: worker.script,
    arguments: [],
    cwd: process.cwd(),
    env: process.env,
    processes,
  });
  pools.push(made);
  return made;
}

function call(signal = new AbortController().signal): PartitionCall & { readonly logs: LogRecord[] } {
  const logs: LogRecord[] = [];
  return { signal, logs, onLog: (record) => logs.push(record), onProgress: () => undefined };
}

const part = (name: string) => ({ runId: "run", name });
const pidsIn = (calls: readonly { readonly logs: readonly LogRecord[] }[]) =>
  new Set(calls.flatMap(({ logs }) => logs.map(({ message }) => message.split(" ").at(-1))));

test("parts share as many processes as there may be, which are kept", async () => {
  const workers = pool(2);
  const calls = Array.from({ length: 6 }, () => call());
  const reports = await Promise.all(calls.map((one, at) => workers.run(part(`p${at}`), one)));
  expect(reports.map(({ run_id }) => run_id)).toEqual([
    "run.p0",
    "run.p1",
    "run.p2",
    "run.p3",
    "run.p4",
    "run.p5",
  ]);
  const later = call();
  await workers.run(part("later"), later);
  expect(pidsIn(calls).size).toBe(2);
  expect(pidsIn([...calls, later]).size).toBe(2);
});

test("a process that is killed fails its parts, with its last words, and others take its place", async () => {
  const workers = pool(1);
  await expect(workers.run(part("die"), call())).rejects.toMatchObject({
    code: "WORKER_LOST",
    retryable: true,
    message: expect.stringMatching(/by SIGKILL.*out of luck/),
  });
  expect(await workers.run(part("next"), call())).toMatchObject({ status: "succeeded" });
});

test("what a worker throws keeps its code", async () => {
  await expect(pool().run(part("throw"), call())).rejects.toMatchObject({
    code: "JOB_LOCKED",
    message: "it is locked",
  });
});

test("a part that is cancelled ends by itself, and those beside it go on", async () => {
  const workers = pool(1);
  const stop = new AbortController();
  const waiting = workers.run(part("wait"), call(stop.signal));
  expect(await workers.run(part("beside"), call())).toMatchObject({ status: "succeeded" });
  stop.abort();
  expect(await waiting).toMatchObject({ status: "interrupted" });
});

test("a script that is not there is a worker that is lost", async () => {
  const missing = new WorkerPool({
    script: "/nowhere.mjs",
    arguments: [],
    cwd: process.cwd(),
    env: process.env,
  });
  await expect(missing.run(part("p"), call())).rejects.toMatchObject({ code: "WORKER_LOST" });
  await missing.close();
});

test("a worker ends when its parent is killed", async () => {
  const child = spawn(process.execPath, [parent.script, worker.script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [text] = await once(child.stdout, "data");
  const pid = Number(String(text).trim().split(" ").at(-1));
  child.kill("SIGKILL");
  const isThere = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  for (let tries = 0; isThere() && tries < 100; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isThere()).toBe(false);
});
