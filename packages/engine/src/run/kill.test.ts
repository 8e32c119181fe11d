import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ChildProgram, childProgram } from "../../test-fixtures/child-program.js";
import { rowsIn, stagedFiles } from "../../test-fixtures/file-writer.js";
import { type KillScenario, runScenario } from "../../test-fixtures/kill-scenario.js";
import { testFolder } from "../../test-fixtures/test-job.js";
import type { RunReport } from "../report/run-report.js";
import { DeadLetters } from "../store/dead-letters.js";
import { RunDirectory } from "../store/run-directory.js";
import { FAULT_POINTS } from "../testing-faults/fault-points.js";

const OBJECTS = ["moving", "whole", "blind"];

let child: ChildProgram;
beforeAll(async () => {
  child = await childProgram("./kill-child.ts");
});
afterAll(() => child.remove());

/** Everything that must be the same however often a run was killed on the way. */
async function outcome(root: string) {
  const target: Record<string, readonly string[]> = {};
  for (const object of OBJECTS)
    target[object] = (await rowsIn(join(root, "data"), object)).map((row) => JSON.stringify(row)).sort();
  const letters: string[] = [];
  for (const { directory } of await RunDirectory.list(join(root, ".dativo")))
    for await (const { object, reason, record } of DeadLetters.read(join(directory, "dead-letters.jsonl")))
      letters.push(JSON.stringify([object, reason, record]));
  return { target, letters: letters.sort(), staged: await stagedFiles(join(root, "data")) };
}

function books({ objects }: RunReport) {
  return objects
    .map(({ object, status, read, written, rejected }) => ({ object, status, read, written, rejected }))
    .sort((a, b) => (a.object < b.object ? -1 : 1));
}

async function inFolder(use: (root: string) => Promise<void>): Promise<void> {
  const folder = await testFolder();
  try {
    await use(folder.path);
  } finally {
    await folder.remove();
  }
}

/** Runs a scenario to its end, however many processes are killed on the way. */
async function runUntilDone(
  scenario: KillScenario,
  fault: string,
): Promise<{ report: RunReport; kills: number }> {
  const first = await child.run(scenario, { DATIVO_FAULT: fault });
  const kills = first.signal === "SIGKILL" ? 1 : 0;
  if (kills === 0) expect(first.stderr).toBe("");
  return { report: await runScenario(scenario), kills };
}

describe.each<[string, Omit<KillScenario, "root">]>([
  ["append", {}],
  ["replace, interleaved", { modes: ["append", "replace"], interleaved: true }],
  ["divided", { modes: ["append", "replace"], workers: 2 }],
])("a run killed at any point (%s)", (_name, shape) => {
  let whole: Awaited<ReturnType<typeof outcome>>;
  let wholeBooks: ReturnType<typeof books>;
  beforeAll(() =>
    inFolder(async (root) => {
      wholeBooks = books(await runScenario({ ...shape, root }));
      whole = await outcome(root);
    }),
  );

  // After the last point the run is over, and the next one is a new run.
  const faults = FAULT_POINTS.slice(0, -1).flatMap((point) =>
    ["run.started", "report.before", "run.finished.before"].includes(point)
      ? [`${point}:1:kill`]
      : [`${point}:1:kill`, `${point}:3:kill`],
  );
  it.concurrent.each(faults)("%s loses and doubles nothing", async (fault) => {
    await inFolder(async (root) => {
      const { report, kills } = await runUntilDone({ ...shape, root }, fault);
      expect(kills).toBe(1);
      expect(report.exit_code, JSON.stringify(report.error)).toBeLessThanOrEqual(1);
      expect(report.resumed_from).toBeDefined();
      expect(books(report)).toEqual(wholeBooks);
      expect(await outcome(root)).toEqual(whole);
    });
  });
});
