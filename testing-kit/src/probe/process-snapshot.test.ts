import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { expect, it } from "vitest";
import { childrenOf, growth, openFiles } from "./process-snapshot.js";

it("counts what there is more of", () => {
  expect(growth(["a", "b"], ["b", "a", "a", "c", "c"])).toEqual({ a: 1, c: 2 });
  expect(growth(["a"], [])).toEqual({});
});

const noProc = process.platform === "linux" ? undefined : "skipped: only Linux has /proc";

it.skipIf(noProc !== undefined)(`sees open files and child processes (${noProc ?? "/proc"})`, async () => {
  const before = openFiles(process.pid);
  const fd = openSync(import.meta.filename, "r");
  expect(growth(before, openFiles(process.pid))[import.meta.filename]).toBe(1);
  closeSync(fd);
  expect(growth(before, openFiles(process.pid))[import.meta.filename]).toBeUndefined();

  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  expect(childrenOf(process.pid).get(child.pid as number)).toBeDefined();
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(childrenOf(process.pid).has(child.pid as number)).toBe(false);
});
