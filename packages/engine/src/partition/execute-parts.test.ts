import { readdir } from "node:fs/promises";
import { DativoError, joinPartitionStates } from "@dativo/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dividedReader } from "../../test-fixtures/divided-reader.js";
import { fileWriter, rowsIn, stagedFiles } from "../../test-fixtures/file-writer.js";
import { pagedReader } from "../../test-fixtures/paged-reader.js";
import { builtin, numbered, testFolder, testJob } from "../../test-fixtures/test-job.js";
import { runReportSchema } from "../report/run-report.js";
import { runJob } from "../run/run-job.js";
import { resetState, setState } from "../run/state-commands.js";
import { RunDirectory } from "../store/run-directory.js";
import { StateStore } from "../store/state-store.js";
import type { PartitionExecutor } from "./coordinator.js";
import { runPartition } from "./run-partition.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeEach(async () => {
  folder = await testFolder();
});
afterEach(() => folder.remove());

const data = () => `${folder.path}/data`;
const ids = async (object: string) =>
  (await rowsIn(data(), object)).map(({ id }) => id as number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
const stateOf = (job = testJob(folder.path)) =>
  new StateStore({ stateDir: job.stateDir, jobKey: job.key }).read();

/** Rows of an object in partitions of `size` rows. */
const divided = (partitions: number, size: number) =>
  Object.fromEntries(
    Array.from({ length: partitions }, (_, at) => [`part ${at}`, numbered(size, at * size)]),
  );

describe("a divided run", () => {
  it("reads objects side by side, and its books are the sums of theirs", async () => {
    const reader = pagedReader({ a: { rows: numbered(25) }, b: { rows: numbered(7) }, c: { rows: [] } });
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), { workers: 2 });
    expect(report).toMatchObject({ status: "succeeded", exit_code: 0 });
    expect(report.objects).toMatchObject([
      { object: "a", status: "complete", read: 25, written: 25, state_before: null, state_after: 25 },
      { object: "b", status: "complete", read: 7, written: 7, state_after: 7 },
      { object: "c", status: "complete", read: 0 },
    ]);
    expect(report.partitions).toMatchObject([
      { name: "p0001", object: "a", read: 25, status: "complete" },
      { name: "p0002", object: "b", read: 7 },
      { name: "p0003", object: "c", read: 0 },
    ]);
    expect(await ids("a")).toEqual(upTo(25));
    expect(await ids("b")).toEqual(upTo(7));
    expect(await stagedFiles(data())).toEqual([]);
    const directory = await RunDirectory.open(`${folder.path}/.dativo`, report.run_id);
    expect(runReportSchema.parse(await directory.readReport())).toEqual(report);
    // Writers tell runs apart by their ids: what one part discards must not be another's.
    const parts = await Promise.all(["p0001", "p0002"].map((name) => directory.part(name).readReport()));
    expect(parts).toMatchObject([
      { run_id: `${report.run_id}.p0001`, objects: [{ object: "a" }] },
      { run_id: `${report.run_id}.p0002`, objects: [{ object: "b" }] },
    ]);
  });

  it("leaves the state that a run of one part leaves, so that either goes on from the other", async () => {
    const job = testJob(folder.path);
    const read = (a: number, b: number) =>
      pagedReader({ a: { rows: numbered(a) }, b: { rows: numbered(b) } });
    await runJob(job, builtin(read(25, 7), fileWriter()), { workers: 2 });
    const second = await runJob(job, builtin(read(31, 7), fileWriter()), {});
    expect(second.objects).toMatchObject([{ read: 6 }, { read: 0 }]);
    const third = await runJob(job, builtin(read(33, 9), fileWriter()), { workers: 2 });
    expect(third.objects).toMatchObject([{ read: 2 }, { read: 2 }]);
    expect(await ids("a")).toEqual(upTo(33));
    expect(await ids("b")).toEqual(upTo(9));
  });

  it("reads the partitions of an object, each from where it was left", async () => {
    const job = testJob(folder.path);
    const first = await runJob(job, builtin(dividedReader({ a: divided(4, 12) }), fileWriter()), {
      workers: 3,
    });
    expect(first.partitions).toHaveLength(4);
    expect(first.objects).toMatchObject([{ object: "a", read: 48, written: 48, status: "complete" }]);
    const states = { "part 0": 12, "part 1": 12, "part 2": 12, "part 3": 12 };
    expect(first.objects[0]?.state_after).toEqual(joinPartitionStates(states));

    const more = { ...divided(4, 12), "part 2": [...numbered(12, 24), ...numbered(3, 100)] };
    const reader = dividedReader({ a: more });
    const second = await runJob(job, builtin(reader, fileWriter()), { workers: 3 });
    expect(second.objects[0]).toMatchObject({ read: 3, written: 3 });
    expect(reader.requests.map(({ state }) => state.a)).toEqual([12, 12, 12, 12]);
    expect(await ids("a")).toEqual([...upTo(48), 100, 101, 102]);

    const whole = await runJob(job, builtin(dividedReader({ a: more }), fileWriter()), {});
    expect(whole.partitions).toBeUndefined();
    expect(whole.objects[0]).toMatchObject({
      read: 0,
      state_after: { partitions: { ...states, "part 2": 15 } },
    });
  });

  it("reads a new partition from its start, and keeps the position of one that is gone in case it comes again", async () => {
    const job = testJob(folder.path);
    const run = async (rows: ReturnType<typeof divided>) => {
      const reader = dividedReader({ a: rows });
      const report = await runJob(job, builtin(reader, fileWriter()), { workers: 2 });
      return {
        read: report.objects[0]?.read,
        asked: reader.requests.map((request) => request.partition?.id).sort(),
      };
    };
    const { "part 0": zero = [], "part 1": one = [], "part 2": two = [] } = divided(3, 10);
    await run({ "part 0": zero, "part 1": one });
    expect(await run({ "part 0": zero, "part 2": two })).toEqual({ read: 10, asked: ["part 0", "part 2"] });
    expect((await stateOf()).a?.state).toEqual({ partitions: { "part 0": 10, "part 1": 10, "part 2": 10 } });
    expect((await run({ "part 0": zero, "part 1": one, "part 2": two })).read).toBe(0);
    expect(await ids("a")).toEqual(upTo(30));
  });

  it("counts the files of each partition by itself, also over runs", async () => {
    const job = testJob(folder.path);
    await runJob(job, builtin(dividedReader({ a: divided(2, 10) }), fileWriter()), { workers: 2 });
    const counters = (await stateOf()).a?.partitionFiles;
    expect(counters).toEqual({ "part 0": 1_000_002, "part 1": 2_000_002 });
    await runJob(job, builtin(dividedReader({ a: divided(3, 15) }), fileWriter()), { workers: 2 });
    expect((await stateOf()).a?.partitionFiles).toEqual({
      "part 0": 1_000_003,
      "part 1": 2_000_003,
      "part 2": 3_000_003,
    });
  });

  it("does not divide an object that replaces what the target holds", async () => {
    const job = testJob(folder.path);
    const reader = () => dividedReader({ a: divided(3, 10), b: divided(2, 5) }, { incremental: false });
    const sources = builtin(reader(), fileWriter({ modes: ["append", "replace"] }));
    for (let run = 0; run < 2; run += 1) {
      const report = await runJob(job, sources, { workers: 2 });
      expect(report.partitions?.map(({ partition }) => partition)).toEqual([undefined, undefined]);
      expect(report.warnings.join()).toContain("read as one part");
    }
    expect(await ids("a")).toEqual(upTo(30));
  });

  it("runs no more parts at once than it may", async () => {
    let running = 0;
    let most = 0;
    let full = () => {};
    // The first parts wait for each other, so that as many run at once as ever will.
    const isFull = new Promise<void>((resolve) => {
      full = resolve;
    });
    const reader = dividedReader(
      { a: divided(32, 3) },
      {
        beforePage: async () => {
          running += 1;
          most = Math.max(most, running);
          if (running >= 8) full();
          await isFull;
          await new Promise((resolve) => setTimeout(resolve, 5));
          running -= 1;
        },
      },
    );
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), { workers: 8 });
    expect(report.partitions).toHaveLength(32);
    expect(most).toBe(8);
    expect(await ids("a")).toEqual(upTo(96));
  });

  it("is taken up divided as it was, whatever is asked for then", async () => {
    const job = testJob(folder.path, { retryPolicy: { ...testJob("").retryPolicy, maxRetries: 0 } });
    const failing = dividedReader(
      { a: divided(4, 10) },
      {
        beforePage: (partition, from) => {
          if (partition === "part 1" && from === 5)
            throw new DativoError({ code: "AUTHENTICATION_FAILED", message: "refused" });
        },
      },
    );
    const failed = await runJob(job, builtin(failing, fileWriter()), { workers: 2 });
    expect(failed).toMatchObject({ status: "failed", error: { error_code: "AUTHENTICATION_FAILED" } });
    const reader = dividedReader({ a: divided(4, 10) });
    const resumed: object[] = [];
    const report = await runJob(job, builtin(reader, fileWriter()), {
      onResume: (from) => resumed.push(from),
    });
    expect(report.run_id).toBe(failed.run_id);
    expect(resumed).toHaveLength(1);
    expect(report).toMatchObject({ status: "succeeded", objects: [{ read: 40, written: 40 }] });
    expect(report.resumed_from?.records).toBeGreaterThanOrEqual(5);
    expect(reader.requests.every(({ partition }) => partition !== undefined)).toBe(true);
    expect(await ids("a")).toEqual(upTo(40));
  });

  it("runs a part again whose process was lost, from its last commit", async () => {
    const job = testJob(folder.path);
    const lost = new Set<string>();
    const reader = dividedReader({ a: divided(4, 10) });
    const sources = builtin(reader, fileWriter());
    const executor = (): PartitionExecutor => ({
      async run(reference, call) {
        if (lost.has(reference.name)) return runPartition(job, sources, reference, call);
        lost.add(reference.name);
        const stop = new AbortController();
        await runPartition(job, sources, reference, {
          signal: stop.signal,
          onProgress: () => stop.abort(),
        });
        throw new DativoError({ code: "TRANSIENT_ERROR", message: "The worker is gone." });
      },
      close: async () => undefined,
    });
    const report = await runJob(job, sources, { workers: 2, executor });
    expect(report).toMatchObject({ status: "succeeded", objects: [{ read: 40, written: 40 }] });
    expect(report.retries).toHaveLength(4);
    expect(await ids("a")).toEqual(upTo(40));
  });

  it("joins dead letters, so that they can be replayed", async () => {
    const rows = {
      x: [...numbered(5), { id: "bad", name: "x" }],
      y: [{ id: "bad", name: "y" }, ...numbered(3, 5)],
    };
    const report = await runJob(testJob(folder.path), builtin(dividedReader({ a: rows }), fileWriter()), {
      workers: 2,
    });
    expect(report).toMatchObject({ status: "finished_with_rejects", objects: [{ read: 10, rejected: 2 }] });
    expect(report.dead_letter_file).toMatch(/dead-letters\.jsonl$/);
    expect(await readdir(`${folder.path}/.dativo/runs/${report.run_id}`)).toContain("dead-letters.jsonl");
  });

  it("asks the whole run how large a share of its records was rejected", async () => {
    const job = testJob(folder.path, {
      errorBudget: { maxRecords: Number.POSITIVE_INFINITY, maxRatio: 0.1 },
    });
    const rows = { x: [{ id: "bad", name: "x" }], y: numbered(30) };
    const run = (all: typeof rows) =>
      runJob(job, builtin(dividedReader({ a: all }), fileWriter()), { workers: 2, fullRefresh: true });
    expect((await run(rows)).status).toBe("finished_with_rejects");
    const worse = { ...rows, x: Array.from({ length: 10 }, () => ({ id: "bad", name: "x" })) };
    expect(await run(worse)).toMatchObject({
      status: "failed",
      error: { error_code: "ERROR_BUDGET_EXCEEDED" },
    });
  });

  it("refuses partitions that share a name", async () => {
    const reader = dividedReader({ a: divided(2, 3) });
    const open = reader.openReader;
    reader.openReader = async (how) => ({
      ...(await open(how)),
      partitions: async () => [
        { object: "a", id: "x", params: {} },
        { object: "a", id: "x", params: {} },
      ],
    });
    await expect(
      runJob(testJob(folder.path), builtin(reader, fileWriter()), { workers: 2 }),
    ).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
    });
  });

  it("is given up for a full refresh, with what it had committed in the state", async () => {
    const job = testJob(folder.path, { retryPolicy: { ...testJob("").retryPolicy, maxRetries: 0 } });
    const failing = dividedReader(
      { a: divided(4, 10) },
      {
        beforePage: (partition, from) => {
          if (partition === "part 1" && from === 5)
            throw new DativoError({ code: "CONFIGURATION_ERROR", message: "no" });
        },
      },
    );
    const failed = await runJob(job, builtin(failing, fileWriter()), { workers: 2 });
    await expect(setState(job, "a", null)).rejects.toMatchObject({ code: "RUN_UNFINISHED" });
    await expect(resetState(job, "a")).rejects.toMatchObject({ code: "RUN_UNFINISHED" });
    const again = await runJob(job, builtin(dividedReader({ a: divided(4, 10) }), fileWriter()), {
      workers: 2,
      fullRefresh: true,
    });
    expect(again).toMatchObject({ status: "succeeded", objects: [{ read: 40 }] });
    expect(again.run_id).not.toBe(failed.run_id);
    expect(await stagedFiles(data())).toEqual([]);
  });

  it("ends when it is cancelled, and is taken up again", async () => {
    const job = testJob(folder.path);
    const stop = new AbortController();
    const slow = dividedReader(
      { a: divided(4, 10) },
      {
        beforePage: (_, from) => {
          if (from === 5) stop.abort();
        },
      },
    );
    const first = await runJob(job, builtin(slow, fileWriter()), { workers: 2, signal: stop.signal });
    expect(first).toMatchObject({ status: "interrupted", exit_code: 130 });
    const second = await runJob(job, builtin(dividedReader({ a: divided(4, 10) }), fileWriter()), {
      workers: 2,
    });
    expect(second).toMatchObject({ run_id: first.run_id, status: "succeeded", objects: [{ read: 40 }] });
    expect(await ids("a")).toEqual(upTo(40));
  });
});
