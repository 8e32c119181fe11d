import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const smallStack = fileURLToPath(new URL("../../test/small-stack.mjs", import.meta.url));
const script = fileURLToPath(new URL("../../test/exit-while-running.mjs", import.meta.url));

it.each([
  ["exit", 3],
  ["throw", 1],
])("ends the process while queries run: %s", (how, status) => {
  const ended = spawnSync(process.execPath, [script, how], { timeout: 25_000, encoding: "utf8" });
  expect({ status: ended.status, signal: ended.signal }).toEqual({ status, signal: null });
});

it("refuses to run on stacks that are too small, rather than crash", () => {
  const ended = spawnSync(process.execPath, [smallStack], { timeout: 25_000, encoding: "utf8" });
  expect(ended.stdout.trim()).toBe("DUCKDB_ERROR");
});
