import { FAULT_POINTS } from "@dativo/engine";
import { beforeAll, describe, expect, test } from "vitest";
import { killAfter, killAfterJournal } from "./kill.js";
import { DESTINATIONS, killEnvironment, killProject, RECORDS } from "./kill-job.js";
import { type Lease, ProjectPool } from "./project-pool.js";
import { stagedFiles } from "./staged-files.js";
import { expectedRecords, targetRecords } from "./target-records.js";

/** How many times a run is killed at a random moment, over all destinations; the long proof raises it. */
const RANDOM_KILLS = Number(process.env.DATIVO_RANDOM_KILLS ?? 100);

/** Kills that one run suffers at random moments before it is left to end. */
const KILLS_A_RUN = 4;

/** Milliseconds that a page takes in runs that are killed at random, so that most kills strike amid the stream. */
const PAGE_MS = 5;

/** Steps that a run of the kill job passes more than once are struck at their second time, amid the stream. */
const occurrence = (point: string) => (/^(run|object|report)\./.test(point) ? 1 : 2);

describe.each(DESTINATIONS)("$name", (destination) => {
  const projects = new ProjectPool(() => killProject(destination), destination.mode !== "append");
  let runMs: number;
  let streamMs: number;

  async function expectWholeAfterResume({ project, edition }: Lease, note: string): Promise<void> {
    const resumed = await project.dativo(["run", "job.yaml", "--json"], {
      env: killEnvironment({ edition }),
    });
    expect(resumed.code, `${note}: ${resumed.stderr}${resumed.stdout}`).toBe(0);
    const records = await targetRecords(project, destination);
    expect(records.length, note).toBe(RECORDS);
    expect(records, note).toEqual(expectedRecords(edition));
    expect(stagedFiles(project), note).toEqual([]);
  }

  beforeAll(async () => {
    const lease = projects.take();
    const { project, edition } = lease;
    const started = performance.now();
    const ended = await project.dativo(["run", "job.yaml", "--json"], {
      env: killEnvironment({ pageMs: PAGE_MS, edition }),
    });
    expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
    runMs = performance.now() - started;
    streamMs = 1000 * JSON.parse(ended.stdout).objects[0].seconds;
    expect(await targetRecords(project, destination)).toEqual(expectedRecords(edition));
    projects.giveBack(lease);
    return () => projects.remove();
  });

  test.concurrent.each(FAULT_POINTS)(
    "killed at %s, resumed: nothing lost, nothing doubled",
    async (point) => {
      const lease = projects.take();
      const { project, edition } = lease;
      const env = { ...killEnvironment({ edition }), DATIVO_FAULT: `${point}:${occurrence(point)}:kill` };
      const killed = await project.dativo(["run", "job.yaml"], { env });
      expect(killed.signal, `${point} was not reached: ${killed.stderr}${killed.stdout}`).toBe("SIGKILL");
      await expectWholeAfterResume(lease, point);
      projects.giveBack(lease);
    },
  );

  const runs = Math.ceil(RANDOM_KILLS / DESTINATIONS.length / KILLS_A_RUN);
  test.concurrent(
    `killed ${runs * KILLS_A_RUN} times at random moments, resumed: nothing lost, nothing doubled`,
    async () => {
      for (let run = 0; run < runs; run += 1) {
        const lease = projects.take();
        const { project, edition } = lease;
        const moments: string[] = [];
        for (let kill = 0; kill < KILLS_A_RUN; kill += 1) {
          // One in four strikes anywhere from the start of the process, the others once the run has begun or gone on.
          const anywhere = kill === 0;
          const ms = Math.random() * (anywhere ? runMs : streamMs);
          const { signal, code, stderr, stdout } = await project.dativo(["run", "job.yaml"], {
            env: killEnvironment({ pageMs: PAGE_MS, edition }),
            onStart: anywhere ? killAfter(ms) : killAfterJournal(project, ms),
          });
          moments.push(
            `${ms.toFixed(1)} ms after ${anywhere ? "the start" : "the first journal record"} (${signal ?? code})`,
          );
          expect([null, "SIGKILL"], moments.join(", ")).toContain(signal);
          expect([null, 0], `${moments.join(", ")}: ${stderr}${stdout}`).toContain(code);
        }
        await expectWholeAfterResume(lease, moments.join(", "));
        projects.giveBack(lease);
      }
    },
    runs * KILLS_A_RUN * 20_000 + 60_000,
  );
});
