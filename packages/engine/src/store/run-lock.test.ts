import type { ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobFileName } from "./job-file-name.js";
import { thisMachine } from "./lock-owner.js";
import { RunLock } from "./run-lock.js";
import { type ChildScript, childScript, crash, nextMessage } from "./testing/child.js";
import { folder, rejection } from "./testing/folder.js";

const jobKey = "-/-/jobs/quakes";

function lockFiles(stateDir: string): string[] {
  return readdirSync(join(stateDir, "locks")).sort();
}

/** Puts a lock there as another process would have left it. */
function foreignLock(stateDir: string, owner: object, ageSeconds = 0): string {
  mkdirSync(join(stateDir, "locks"), { recursive: true });
  const file = join(stateDir, "locks", `${jobFileName(jobKey)}.4.lock`);
  writeFileSync(
    file,
    JSON.stringify({
      pid: 1,
      host: "elsewhere",
      machine: "another",
      process_start: "1",
      token: "t",
      since: "2026-01-01T00:00:00Z",
      ...owner,
    }),
  );
  const time = new Date(Date.now() - ageSeconds * 1000);
  utimesSync(file, time, time);
  return file;
}

describe("a lock", () => {
  it("is held by one, and free again after its release", async () => {
    const stateDir = folder();
    const lock = await RunLock.acquire({ stateDir, jobKey, runId: "r1" });
    const error = await rejection(RunLock.acquire({ stateDir, jobKey }));
    expect(error).toMatchObject({
      code: "JOB_LOCKED",
      retryable: true,
      details: { pid: process.pid, host: hostname(), run_id: "r1" },
    });
    expect(error.message).toContain(
      `process ${process.pid} on ${hostname()}, since ${lock.owner.since} (run r1)`,
    );
    expect(error.hint).toContain(`kill ${process.pid}`);
    expect(await RunLock.holder({ stateDir, jobKey })).toMatchObject({ pid: process.pid, runId: "r1" });
    await lock.verify();
    await lock.release();
    expect(await RunLock.holder({ stateDir, jobKey })).toBeUndefined();
    const next = await RunLock.acquire({ stateDir, jobKey });
    await next.release();
    await next.release();
    expect(lockFiles(stateDir)).toEqual([`${jobFileName(jobKey)}.2.lock`]);
  });

  it("of one job leaves other jobs alone", async () => {
    const stateDir = folder();
    await using _first = await RunLock.acquire({ stateDir, jobKey: "-/-/a" });
    await using _second = await RunLock.acquire({ stateDir, jobKey: "-/-/A" });
    expect(lockFiles(stateDir)).toHaveLength(2);
  });

  it("of a process that another machine runs is respected for 30 seconds of silence", async () => {
    const stateDir = folder();
    foreignLock(stateDir, {}, 20);
    const error = await rejection(RunLock.acquire({ stateDir, jobKey }));
    expect(error.message).toContain("process 1 on elsewhere");
    expect(error.hint).toContain("30 seconds");
    foreignLock(stateDir, {}, 31);
    await (await RunLock.acquire({ stateDir, jobKey })).release();
  });

  it("of a dead process of this machine is taken over at once, also when its pid is used again", async () => {
    const stateDir = folder();
    foreignLock(stateDir, { pid: 2 ** 22 + 1, machine: thisMachine() });
    await (await RunLock.acquire({ stateDir, jobKey })).release();
    const other = folder();
    foreignLock(other, { pid: process.pid, machine: thisMachine(), process_start: "1" });
    await (await RunLock.acquire({ stateDir: other, jobKey })).release();
  });

  it("of a living process of this machine is respected however long it is silent", async () => {
    const stateDir = folder();
    foreignLock(stateDir, { pid: process.ppid, machine: thisMachine(), process_start: "" }, 3600);
    expect((await rejection(RunLock.acquire({ stateDir, jobKey }))).code).toBe("JOB_LOCKED");
  });

  it("that is not whole is respected while it is new", async () => {
    const stateDir = folder();
    writeFileSync(foreignLock(stateDir, {}), '{"pid": 1, "ho');
    expect((await rejection(RunLock.acquire({ stateDir, jobKey }))).message).toContain("just starting");
    const file = foreignLock(stateDir, {}, 0);
    writeFileSync(file, "");
    const past = new Date(Date.now() - 31_000);
    utimesSync(file, past, past);
    await (await RunLock.acquire({ stateDir, jobKey })).release();
  });

  it("tells its owner when another process has taken it", async () => {
    const stateDir = folder();
    const lock = await RunLock.acquire({ stateDir, jobKey });
    foreignLock(stateDir, {});
    expect((await rejection(lock.verify())).message).toContain("has taken this job over");
    expect(lock.lost.aborted).toBe(true);
    expect(lock.lost.reason).toMatchObject({ code: "JOB_LOCKED" });
    await lock.release();
    expect(
      JSON.parse(readFileSync(join(stateDir, "locks", `${jobFileName(jobKey)}.4.lock`), "utf8")).host,
    ).toBe("elsewhere");
  });

  it("in a folder that cannot be is TARGET_UNWRITABLE", async () => {
    const stateDir = join(folder(), "file");
    writeFileSync(stateDir, "");
    expect((await rejection(RunLock.acquire({ stateDir, jobKey }))).code).toBe("TARGET_UNWRITABLE");
  });
});

describe("processes that race for a lock whose owner was killed", () => {
  let script: ChildScript;
  const children = new Set<ChildProcess>();
  beforeAll(async () => {
    script = await childScript(`
      import { RunLock } from "./run-lock.js";
      const [stateDir, jobKey] = process.argv.slice(2);
      process.on("message", async (start) => {
        while (Date.now() < start) ;
        try {
          const lock = await RunLock.acquire({ stateDir, jobKey });
          await lock.verify();
          process.send("won");
        } catch (error) {
          process.send(error.code === "JOB_LOCKED" ? "lost" : String(error.stack));
        }
      });
      process.on("disconnect", () => process.exit());
      process.send("ready");
    `);
  });
  afterAll(async () => {
    for (const child of children) await crash(child);
    script.remove();
  });

  it("have exactly one winner each round", async () => {
    const stateDir = folder();
    const start = async () => {
      const child = script.start(stateDir, jobKey);
      children.add(child);
      await nextMessage(child);
    };
    for (let round = 0; round < 12; round += 1) {
      await Promise.all(Array.from({ length: 20 - children.size }, start));
      const at = Date.now() + 30;
      const racers = [...children];
      const results = await Promise.all(
        racers.map((child) => {
          const answer = nextMessage<string>(child);
          child.send(at);
          return answer;
        }),
      );
      expect({ round, results: results.filter((result) => result !== "lost") }).toEqual({
        round,
        results: ["won"],
      });
      const winner = racers[results.indexOf("won")] as ChildProcess;
      expect((await RunLock.holder({ stateDir, jobKey }))?.pid).toBe(winner.pid);
      await crash(winner);
      children.delete(winner);
    }
    expect(lockFiles(stateDir)).toHaveLength(1);
  });
});

describe("processes that take and release a lock all the time", () => {
  it("are never inside it together", async () => {
    const script = await childScript(`
      import { open, rm } from "node:fs/promises";
      import { RunLock } from "./run-lock.js";
      const [stateDir, jobKey] = process.argv.slice(2);
      let taken = 0;
      let violations = 0;
      for (let attempt = 0; attempt < 300; attempt += 1) {
        let lock;
        try {
          lock = await RunLock.acquire({ stateDir, jobKey });
        } catch (error) {
          if (error.code === "JOB_LOCKED") continue;
          throw error;
        }
        taken += 1;
        try {
          await (await open(stateDir + "/inside", "wx")).close();
          await rm(stateDir + "/inside");
        } catch {
          violations += 1;
        }
        await lock.release();
      }
      process.send({ taken, violations });
    `);
    const stateDir = folder();
    const children = Array.from({ length: 6 }, () => script.start(stateDir, jobKey));
    const results = await Promise.all(
      children.map((child) => nextMessage<{ taken: number; violations: number }>(child)),
    );
    await Promise.all(children.map(crash));
    script.remove();
    expect(results.map(({ violations }) => violations)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(results.reduce((sum, { taken }) => sum + taken, 0)).toBeGreaterThan(50);
  });
});
