import { readdirSync } from "node:fs";
import { FAULT_POINTS } from "@dativo/engine";
import { beforeAll, describe, expect, test } from "vitest";
import type { Project } from "./dativo.js";
import { DESTINATIONS, type Destination, killProject, RECORDS } from "./kill-job.js";
import { targetRecords } from "./target-records.js";

/** How many random moments a run is killed at; the long proof raises it. */
const RANDOM_KILLS = Number(process.env.DATIVO_RANDOM_KILLS ?? 100);

/** Steps that a run of the kill job passes more than once are struck at their second time, amid the stream. */
const occurrence = (point: string) => (/^(run|object|report)\./.test(point) ? 1 : 2);

describe.each(DESTINATIONS)("$name", (destination) => {
  let reference: string[];
  let milliseconds: number;

  beforeAll(async () => {
    const project = killProject(destination);
    const started = performance.now();
    expect(await project.dativo(["run", "job.yaml"])).toMatchObject({ code: 0 });
    milliseconds = performance.now() - started;
    reference = await targetRecords(project, destination);
    expect(new Set(reference).size).toBe(RECORDS);
    expect(reference.length).toBe(RECORDS);
    project.remove();
  });

  test.each(FAULT_POINTS)("killed at %s, resumed: nothing lost, nothing doubled", async (point) => {
    const project = killProject(destination);
    const killed = await project.dativo(["run", "job.yaml"], { env: { DATIVO_FAULT: `${point}:${occurrence(point)}:kill` } });
    expect(killed.signal, `${point} was not reached: ${killed.stderr}`).toBe("SIGKILL");
    await expectWholeAfterResume(project, destination, reference);
  });

  const kills = Math.ceil(RANDOM_KILLS / DESTINATIONS.length);
  test(`killed at ${kills} random moments, resumed: nothing lost, nothing doubled`, async () => {
    for (let kill = 0; kill < kills; kill += 1) {
      const project = killProject(destination, 5);
      let kills = 0;
      // Up to three kills of one run, then the end.
      for (let round = 0; round < 3; round += 1) {
        const moment = Math.random() * (milliseconds + 24 * 5);
        const { signal } = await project.dativo(["run", "job.yaml"], { killAfterMs: moment });
        if (signal !== "SIGKILL") break;
        kills += 1;
      }
      await expectWholeAfterResume(project, destination, reference, `after ${kills} kills`);
    }
  });
});

async function expectWholeAfterResume(project: Project, destination: Destination, reference: readonly string[], note = ""): Promise<void> {
  const resumed = await project.dativo(["run", "job.yaml", "--json"]);
  expect(resumed.code, `${note} ${resumed.stderr}${resumed.stdout}`).toBe(0);
  const records = await targetRecords(project, destination);
  expect(records.length, note).toBe(reference.length);
  expect(records, note).toEqual(reference);
  expect(leftovers(project), note).toEqual([]);
  project.remove();
}

/** Files that only a staging area holds, and that must be gone once a run has ended. */
function leftovers(project: Project): string[] {
  return (readdirSync(project.path("out"), { recursive: true }) as string[]).filter((path) => path.includes("staging"));
}

