import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, type TestContext, test } from "vitest";
import type { Ended, Project } from "./dativo.js";
import { CHECKPOINT, DESTINATIONS, type Destination, killEnvironment, killProject } from "./kill-job.js";
import { sample, some } from "./sample.js";
import { SmallDisk, whyNoDisks } from "./small-disk.js";
import { expectedRecords, targetRecords } from "./target-records.js";

/** Record before which the reader waits: two checkpoints are committed by then, and part of the third is read. */
const PAUSE_AT = 2 * CHECKPOINT + 500;
/** Longest wait for the reader to get there. */
const PATIENCE_MS = 60_000;

const find = (name: string) => DESTINATIONS.find((destination) => destination.name === name) as Destination;

describe.skipIf(whyNoDisks !== undefined)(
  `disks${whyNoDisks === undefined ? "" : ` (skipped: ${whyNoDisks})`}`,
  () => {
    test.concurrent.for(sample(DESTINATIONS, some(1, 3)))(
      "$name: the target's disk is full amid a run, then has space again",
      async (destination, { onTestFinished }) => {
        const { project, disk } = withDisk(destination, "out", onTestFinished);
        const ended = await runInterruptedBy(project, () => disk.fill());
        expectFailure(ended, "TARGET_FULL", disk.path);
        await expectCommittedOnly(project, destination);
        disk.free();
        await expectWholeAfterRun(project, destination);
      },
    );

    const ofFiles = DESTINATIONS.filter(({ table }) => table === undefined);
    test.concurrent.for(sample(ofFiles, some(1, 3, 1)))(
      "$name: the target turns read-only amid a run, then writable again",
      async (destination, { onTestFinished }) => {
        const { project, disk } = withDisk(destination, "out", onTestFinished);
        const ended = await runInterruptedBy(project, () => disk.setReadOnly(true));
        expectFailure(ended, "TARGET_UNWRITABLE", disk.path);
        await expectCommittedOnly(project, destination);
        disk.setReadOnly(false);
        await expectWholeAfterRun(project, destination);
      },
    );

    // Linux refuses to remount while a database file is open for writing, so the run is killed first.
    const ofTables = DESTINATIONS.filter(({ table }) => table !== undefined);
    test.concurrent.for(sample(ofTables, some(1, 2)))(
      "$name: the target is read-only after a killed run, then writable again",
      async (destination, { onTestFinished }) => {
        const { project, disk } = withDisk(destination, "out", onTestFinished);
        const killed = await runInterruptedBy(project, (kill) => kill());
        expect(killed.signal).toBe("SIGKILL");
        disk.setReadOnly(true);
        expectFailure(await project.dativo(["run", "job.yaml", "--json"]), "TARGET_UNWRITABLE", disk.path);
        disk.setReadOnly(false);
        await expectWholeAfterRun(project, destination);
      },
    );

    test.concurrent.for([find("parquet append"), find("duckdb merge")])(
      "$name: the disk of .dativo is full amid a run",
      async (destination, { onTestFinished }) => {
        const { project, disk } = withDisk(destination, ".dativo", onTestFinished);
        const ended = await runInterruptedBy(project, () => disk.fill());
        expectFailure(ended, "TARGET_FULL", disk.path);
        // The third commit may have been made and only not be recorded; then the next run finds that out.
        await expectCommittedOnly(project, destination, [2, 3]);
        disk.free();
        await expectWholeAfterRun(project, destination);
      },
    );

    test.concurrent("the disk of .dativo is full or read-only from the start", async ({ onTestFinished }) => {
      const destination = find("parquet append");
      const { project, disk } = withDisk(destination, ".dativo", onTestFinished);
      disk.fill();
      expectFailure(await project.dativo(["run", "job.yaml", "--json"]), "TARGET_FULL", disk.path);
      disk.free();
      disk.setReadOnly(true);
      expectFailure(await project.dativo(["run", "job.yaml", "--json"]), "TARGET_UNWRITABLE", disk.path);
      disk.setReadOnly(false);
      expect(existsSync(project.path("out"))).toBe(false);
      await expectWholeAfterRun(project, destination);
    });
  },
);

function withDisk(
  destination: Destination,
  folder: string,
  onTestFinished: TestContext["onTestFinished"],
): { readonly project: Project; readonly disk: SmallDisk } {
  const project = killProject(destination);
  const disk = new SmallDisk(project.path(folder));
  onTestFinished(() => {
    disk[Symbol.dispose]();
    project.remove();
  });
  return { project, disk };
}

/** Runs the job and does something to it while the reader waits with two checkpoints committed. */
async function runInterruptedBy(project: Project, strike: (kill: () => void) => void): Promise<Ended> {
  let kill = () => {};
  const ended = project.dativo(["run", "job.yaml", "--json"], {
    env: killEnvironment({ pauseAt: PAUSE_AT }),
    onStart: (child) => {
      kill = () => child.kill("SIGKILL");
    },
  });
  const paused = project.path("paused");
  const deadline = performance.now() + PATIENCE_MS;
  while (!existsSync(paused) || committed(project) < 2) {
    const early = await Promise.race([ended, sleep(10)]);
    if (early !== undefined)
      throw new Error(`The run ended before the reader paused: ${early.stderr}${early.stdout}`);
    if (performance.now() > deadline) {
      kill();
      throw new Error(`${committed(project)} checkpoints were committed before the reader paused, not 2.`);
    }
  }
  strike(kill);
  rmSync(paused);
  return ended;
}

/** Commits that the journal of the only run holds. */
function committed(project: Project): number {
  const [run] = readdirSync(project.path(".dativo", "runs"));
  const journal = readFileSync(project.path(".dativo", "runs", String(run), "journal.jsonl"), "utf8");
  return journal.split('"committed"').length - 1;
}

function expectFailure(
  { code, stdout, stderr }: Ended,
  error: "TARGET_FULL" | "TARGET_UNWRITABLE",
  path: string,
): void {
  expect(code, `${stderr}${stdout}`).toBe(2);
  const { error_code, message } = (JSON.parse(stdout) as { error: { error_code: string; message: string } })
    .error;
  expect(error_code, message).toBe(error);
  expect(message).toContain(path);
  expect(message).toMatch(error === "TARGET_FULL" ? /no space left|ENOSPC/i : /read-only|EROFS/i);
}

/** What was committed is all that can be seen; a replacement shows nothing before its end. */
async function expectCommittedOnly(project: Project, destination: Destination, commits = [2]): Promise<void> {
  const visible = await targetRecords(project, destination);
  expect(destination.mode === "replace" ? [0] : commits.map((number) => number * CHECKPOINT)).toContain(
    visible.length,
  );
  const whole = new Set(expectedRecords(1));
  expect(visible.every((record) => whole.has(record))).toBe(true);
}

async function expectWholeAfterRun(project: Project, destination: Destination): Promise<void> {
  const resumed = await project.dativo(["run", "job.yaml", "--json"]);
  expect(resumed.code, `${resumed.stderr}${resumed.stdout}`).toBe(0);
  expect(await targetRecords(project, destination)).toEqual(expectedRecords(1));
}
