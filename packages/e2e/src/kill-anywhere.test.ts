import { FAULT_POINTS, type FaultPoint } from "@dativo/engine";
import { beforeAll, describe, expect, test } from "vitest";
import { killAfter, killAfterJournal } from "./kill.js";
import { DESTINATIONS, killEnvironment, killProject, RECORDS } from "./kill-job.js";
import { type Lease, ProjectPool } from "./project-pool.js";
import { sample, some } from "./sample.js";
import { stagedFiles } from "./staged-files.js";
import { expectedRecords, targetRecords } from "./target-records.js";

/** How many times a run is killed at a random moment, over all destinations; the long proof raises it. */
const RANDOM_KILLS = Number(process.env.DATIVO_RANDOM_KILLS ?? 104);

/** Kills that one run suffers at random moments before it is left to end. */
const KILLS_A_RUN = 4;

/** Milliseconds that a page takes in runs that are killed at random, so that most kills strike amid the stream. */
const PAGE_MS = 5;

/** Steps that only a run passes which has nothing left to read. */
const LATE = FAULT_POINTS.filter((point) => /^(object\.done|report|run\.finished)\./.test(point));
const EARLY = FAULT_POINTS.filter((point) => !LATE.includes(point));

/**
 * Every step once, two to a pair: a run is killed at the first, amid the stream, and the run that resumes it at the
 * second. Each turn has other steps as the first ones.
 */
function pairsOfPoints(turn: number): (readonly [FaultPoint, FaultPoint | undefined])[] {
  const early = EARLY.map((_, index) => EARLY[(index + turn) % EARLY.length] as FaultPoint);
  const firsts = early.splice(0, Math.floor(FAULT_POINTS.length / 2));
  const seconds = [...early, ...LATE];
  return seconds.map((second, index) => {
    const first = firsts[index];
    return first === undefined ? [second, undefined] : [first, second];
  });
}

/** The pairs of each destination; in a sample, two, so far from those of the one before that every step has its turn. */
const PLAN = DESTINATIONS.map((destination, turn) => ({
  ...destination,
  pairs: sample(pairsOfPoints(turn), some(2, 10, 7 * turn)),
}));

test("every step is killed at, over all destinations at least twice, and at each destination several are", () => {
  const kills = PLAN.flatMap(({ pairs }) => pairs.flat());
  for (const point of FAULT_POINTS)
    expect(kills.filter((struck) => struck === point).length, point).toBeGreaterThanOrEqual(2);
  for (const { name, pairs } of PLAN) expect(new Set(pairs.flat()).size, name).toBeGreaterThanOrEqual(3);
});

describe.each(PLAN)("$name", (destination) => {
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

  async function killAt({ project, edition }: Lease, point: FaultPoint, occurrence: number): Promise<void> {
    const killed = await project.dativo(["run", "job.yaml"], {
      env: { ...killEnvironment({ edition }), DATIVO_FAULT: `${point}:${occurrence}:kill` },
    });
    expect(killed.signal, `${point} was not reached: ${killed.stderr}${killed.stdout}`).toBe("SIGKILL");
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

  test.concurrent.each(destination.pairs)(
    "killed at %s, resumed and killed at %s, resumed: nothing lost, nothing doubled",
    async (first, second) => {
      const lease = projects.take();
      // What a run passes once is struck at once; what it passes at each checkpoint, first amid the stream.
      await killAt(lease, first, LATE.includes(first) || first === "run.started" ? 1 : 2);
      if (second !== undefined) await killAt(lease, second, 1);
      await expectWholeAfterResume(lease, `${first}, ${second}`);
      projects.giveBack(lease);
    },
  );

  const allRuns = Math.ceil(RANDOM_KILLS / DESTINATIONS.length / KILLS_A_RUN);
  const runs = sample([...Array(allRuns).keys()], some(1, 2)).length;
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
