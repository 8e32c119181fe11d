import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Project } from "../dativo.js";
import { alternating } from "../sample.js";
import { stagedFiles } from "../staged-files.js";
import {
  ALL_PARTS,
  expectedOrders,
  logLength,
  PARTITIONS,
  type PartsRun,
  partsEnvironment,
  partsProject,
  RECORDS,
  sourceLog,
  targetOrders,
} from "./parts-project.js";
import { killWorkers, untilCommitted, untilRead } from "./processes.js";
import { LocalRestate } from "./restate-server.js";

/** Milliseconds that a page takes in runs that are killed, so that kills strike amid the stream. */
const PAGE_MS = 40;

const WORKERS = ["--workers", "8"];

let restate: LocalRestate;
beforeAll(async () => {
  restate = await LocalRestate.start();
});
afterAll(() => restate.remove());

interface Coordinated {
  readonly name: string;
  readonly options: () => readonly string[];
}

const COORDINATORS: readonly Coordinated[] = [
  { name: "inline", options: () => [] },
  { name: "restate", options: () => restate.options },
];

async function inProject(use: (project: Project) => Promise<void>, target?: string): Promise<void> {
  const project = partsProject(target);
  try {
    await use(project);
  } finally {
    project.remove();
  }
}

describe.each(COORDINATORS.map((coordinator, turn) => ({ ...coordinator, turn })))(
  "$name",
  ({ options, turn }) => {
    const alternate = alternating(test, turn);
    const words = () => ["run", "job.yaml", ...WORKERS, ...options(), "--json"];
    const env = (run: PartsRun) => ({ ...partsEnvironment(run), ...restate.environment });
    const start = (project: Project, run: PartsRun) => {
      const child = project.start(words(), { env: env(run) });
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
      child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
      const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
        child.on("close", (code) => resolve({ code, output })),
      );
      return { child, ended };
    };
    const run = async (project: Project, how: PartsRun) => {
      const ended = await project.dativo(words(), { env: env(how) });
      expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
      return JSON.parse(ended.stdout);
    };
    const expectWhole = async (project: Project, how: PartsRun = {}) => {
      expect(await targetOrders(project)).toEqual(expectedOrders(how));
      expect(stagedFiles(project)).toEqual([]);
    };

    alternate("32 partitions, 8 at once; the next run reads only what is new in each", async () => {
      await inProject(async (project) => {
        const report = await run(project, { pageMs: 100 });
        expect(report.partitions).toHaveLength(PARTITIONS);
        expect(report.objects).toMatchObject([
          { status: "complete", read: PARTITIONS * RECORDS, written: PARTITIONS * RECORDS },
        ]);
        // The engine's own tests make sure that it is as many as are allowed; here processes take turns on few cores.
        expect(sourceLog(project).mostAtOnce).toBeLessThanOrEqual(8);
        expect(sourceLog(project).mostAtOnce).toBeGreaterThanOrEqual(4);
        expect(sourceLog(project).read).toBe(PARTITIONS * RECORDS);
        await expectWhole(project);

        const from = logLength(project);
        const again = await run(project, { rows: RECORDS + 10 });
        expect(again.objects[0]).toMatchObject({ written: PARTITIONS * 10 });
        // The 40 records of the last instant are read again, and recognised.
        expect(sourceLog(project, from).read).toBe(PARTITIONS * 50);
        await expectWhole(project, { rows: RECORDS + 10 });
      });
    });

    alternate("partitions come and go between runs", async () => {
      await inProject(async (project) => {
        await run(project, { parts: [0, 1, 2] });
        const changed = await run(project, { parts: [0, 2, 3] });
        expect(changed.objects[0].written).toBe(RECORDS);
        await expectWhole(project, { parts: [0, 1, 2, 3] });
        expect((await run(project, { parts: [0, 1, 2, 3] })).objects[0].written).toBe(0);
        // One process after the other reads the same partitions from the same positions.
        const whole = await project.dativo(["run", "job.yaml", "--json"], {
          env: env({ parts: [0, 1, 2, 3, 4] }),
        });
        expect(JSON.parse(whole.stdout).objects[0].written).toBe(RECORDS);
        await expectWhole(project, { parts: [0, 1, 2, 3, 4] });
      });
    });

    alternate("workers killed: nothing lost, nothing doubled", async () => {
      await inProject(async (project) => {
        const { child, ended } = start(project, { pageMs: PAGE_MS });
        await untilRead(project, child, 0);
        const kills = await killWorkers(child, 6, 250);
        const { code, output } = await ended;
        expect(code, output).toBe(0);
        expect(kills).toBe(6);
        await expectWhole(project);
      });
    });

    alternate("the coordinator killed, again and again: nothing lost, nothing doubled", async () => {
      await inProject(async (project) => {
        let kills = 0;
        for (let attempt = 0; attempt < 4; attempt += 1) {
          const from = logLength(project);
          const { child, ended } = start(project, { pageMs: PAGE_MS });
          await untilRead(project, child, from);
          await untilCommitted(project, child);
          await wait(100 + Math.random() * 500);
          if (child.exitCode === null) kills += 1;
          child.kill("SIGKILL");
          await ended;
        }
        expect(kills).toBe(4);
        const report = await run(project, {});
        expect(report.resumed_from.records).toBeGreaterThan(0);
        expect(report.objects[0]).toMatchObject({ status: "complete", written: PARTITIONS * RECORDS });
        await expectWhole(project);
        // A part that was done is not read again.
        expect(sourceLog(project).read).toBeLessThan(3 * PARTITIONS * RECORDS);
      });
    });

    alternate("two at once: one runs, the other says so", async () => {
      await inProject(async (project) => {
        const { child, ended } = start(project, { pageMs: PAGE_MS });
        await untilRead(project, child, 0);
        const second = await project.dativo(words(), { env: env({}) });
        expect(second.code).toBe(2);
        expect(JSON.parse(second.stdout).error.error_code).toBe("JOB_LOCKED");
        const { code, output } = await ended;
        expect(code, output).toBe(0);
        await expectWhole(project);
      });
    });

    alternate("Ctrl-C ends it within seconds, and the next run goes on", async () => {
      await inProject(async (project) => {
        const { child, ended } = start(project, { pageMs: PAGE_MS });
        await untilRead(project, child, 0);
        await wait(300);
        const since = performance.now();
        child.kill("SIGINT");
        const { code, output } = await ended;
        expect(code, output).toBe(130);
        expect(performance.now() - since).toBeLessThan(8000);
        await run(project, {});
        await expectWhole(project);
      });
    });
  },
);

describe("restate", () => {
  test("the server killed and started again: nothing lost, nothing doubled; it never had a record", async () => {
    await inProject(async (project) => {
      const child = project.start(["run", "job.yaml", ...WORKERS, ...restate.options, "--json"], {
        env: { ...partsEnvironment({ pageMs: PAGE_MS }), ...restate.environment },
      });
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      await untilRead(project, child, 0);
      for (let kill = 0; kill < 3; kill += 1) {
        await wait(400);
        await restate.kill();
        await wait(300);
        await restate.begin();
      }
      expect(await ended, output).toBe(0);
      expect(await targetOrders(project)).toEqual(expectedOrders());
      const journal = await restate.journal();
      expect(journal).toContain("p0001");
      expect(journal).not.toContain("region-");
    });
  });

  test("a server that is not there is said so, before anything is read", async () => {
    await inProject(async (project) => {
      const ended = await project.dativo(
        [
          "run",
          "job.yaml",
          ...WORKERS,
          "--coordinator",
          "restate",
          "--restate-url",
          "http://127.0.0.1:9",
          "--json",
        ],
        { env: partsEnvironment({}) },
      );
      expect(ended.code).toBe(2);
      expect(JSON.parse(ended.stdout).error).toMatchObject({ error_code: "COORDINATOR_UNAVAILABLE" });
      expect(logLength(project)).toBe(0);
      // What it left is taken up by whoever comes next, with or without a server.
      const next = await project.dativo(["run", "job.yaml", ...WORKERS, "--json"], {
        env: partsEnvironment({}),
      });
      expect(next.code, next.stderr).toBe(0);
      expect(await targetOrders(project)).toEqual(expectedOrders());
    });
  });
});

test("a target that only one process can have open is written by one", async () => {
  await inProject(async (project) => {
    const ended = await project.dativo(["run", "job.yaml", ...WORKERS, "--json"], {
      env: partsEnvironment({ parts: ALL_PARTS.slice(0, 12) }),
    });
    expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
    expect(await targetOrders(project)).toEqual(expectedOrders({ parts: ALL_PARTS.slice(0, 12) }));
  }, "  type: duckdb\n  connection: { path: ./out/target.duckdb }\n");
});
