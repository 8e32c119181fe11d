import { DativoError } from "@dativo/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileWriter, rowsIn, stagedFiles } from "../../test-fixtures/file-writer.js";
import { pagedReader } from "../../test-fixtures/paged-reader.js";
import { builtin, numbered, testFolder, testJob } from "../../test-fixtures/test-job.js";
import { setFault } from "../testing-faults/fault-points.js";
import { runJob } from "./run-job.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeEach(async () => {
  folder = await testFolder();
});
afterEach(async () => {
  setFault(undefined);
  await folder.remove();
});

const data = () => `${folder.path}/data`;
const ids = async (object: string) =>
  (await rowsIn(data(), object)).map(({ id }) => id as number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

/** Throws each error in turn, at the page that starts at a record. */
function failingAt(from: number, errors: (() => Error)[]) {
  return (at: number) => {
    const next = at === from ? errors.shift() : undefined;
    if (next !== undefined) throw next();
  };
}

const busy = () => new DativoError({ code: "CONNECTION_FAILED", message: "the line is down" });

describe("a failure worth retrying", () => {
  it("goes on at the last checkpoint, in the same run", async () => {
    const reader = pagedReader({ a: { rows: numbered(45), beforePage: failingAt(30, [busy, busy]) } });
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), {});
    expect(report.status).toBe("succeeded");
    expect(report.retries).toMatchObject([
      { attempt: 1, error_code: "CONNECTION_FAILED", message: "the line is down" },
      { attempt: 2, error_code: "CONNECTION_FAILED" },
    ]);
    expect(reader.requests.map(({ state }) => state)).toEqual([{}, { a: 30 }, { a: 30 }]);
    expect(report.objects[0]).toMatchObject({ read: 45, written: 45 });
    expect(await ids("a")).toEqual(upTo(45));
  });

  it("does not read an object again that was finished before", async () => {
    const reader = pagedReader({
      a: { rows: numbered(5), spec: { incremental: false } },
      b: { rows: numbered(25), beforePage: failingAt(10, [busy]) },
    });
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), {});
    expect(reader.requests[1]?.objects).toEqual(["b"]);
    expect(report.objects).toMatchObject([
      { object: "a", read: 5, status: "complete" },
      { object: "b", read: 25 },
    ]);
  });

  it("is given up after too many times without progress, and progress forgives", async () => {
    const many = () => Array.from({ length: 3 }, () => busy);
    const pages = [failingAt(10, many()), failingAt(20, many()), failingAt(30, many())];
    const reader = pagedReader({
      a: {
        rows: numbered(45),
        beforePage: (at) => {
          for (const page of pages) page(at);
        },
      },
    });
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), {});
    expect(report.status).toBe("succeeded");
    expect(report.retries).toHaveLength(9);
    const dead = pagedReader({
      a: {
        rows: numbered(60),
        beforePage: failingAt(
          45,
          Array.from({ length: 4 }, () => busy),
        ),
      },
    });
    const failed = await runJob(testJob(folder.path), builtin(dead, fileWriter()), {});
    expect(failed).toMatchObject({
      status: "failed",
      exit_code: 2,
      error: { error_code: "CONNECTION_FAILED" },
    });
    expect(failed.retries).toHaveLength(3);
  });

  it("waits as long as the source asks", async () => {
    const limited = () =>
      new DativoError({ code: "RATE_LIMIT_EXCEEDED", message: "slower", retryAfterSeconds: 0.05 });
    const reader = pagedReader({ a: { rows: numbered(5), beforePage: failingAt(0, [limited]) } });
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), {});
    expect(report.retries[0]?.waited_seconds).toBe(0.05);
  });

  it.each([
    "write.before",
    "write.after",
    "flush.before",
    "journal.prepare.before",
    "journal.prepare.after",
    "commit.before",
    "commit.after",
    "state.before",
    "state.after",
    "journal.committed.before",
    "journal.committed.after",
    "object.done.before",
  ])("loses and doubles nothing at %s", async (point) => {
    setFault(`${point}:1:error`);
    const reader = pagedReader({ a: { rows: [...numbered(25), { id: "x" }] } });
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), {});
    expect(report.retries).toHaveLength(1);
    expect(report).toMatchObject({ exit_code: 1, objects: [{ read: 26, written: 25, rejected: 1 }] });
    expect(await ids("a")).toEqual(upTo(25));
    expect(await stagedFiles(data())).toEqual([]);
  });

  it("takes a full disk for one, and can go on once there is space", async () => {
    const job = testJob(folder.path, {
      retryPolicy: { maxRetries: 0, initialDelaySeconds: 0, backoffMultiplier: 1, maxDelaySeconds: 0 },
    });
    setFault("write.after:3:enospc");
    const reader = pagedReader({ a: { rows: numbered(45) } });
    const full = await runJob(job, builtin(reader, fileWriter()), {});
    expect(full).toMatchObject({
      exit_code: 2,
      error: { error_code: "TARGET_FULL" },
      objects: [{ written: 20 }],
    });
    const again = await runJob(job, builtin(reader, fileWriter()), {});
    expect(again).toMatchObject({
      exit_code: 0,
      run_id: full.run_id,
      resumed_from: { commits: 2, records: 20 },
    });
    expect(await ids("a")).toEqual(upTo(45));
  });
});

describe("a failure not worth retrying", () => {
  it("fails at once, keeps what was committed, and is gone on from", async () => {
    const job = testJob(folder.path);
    const broken = () => new Error("undefined is not a function");
    const reader = pagedReader({
      a: { rows: numbered(45), spec: { incremental: false }, beforePage: failingAt(30, [broken]) },
    });
    const failed = await runJob(job, builtin(reader, fileWriter()), {});
    expect(failed).toMatchObject({ exit_code: 2, retries: [], objects: [{ status: "failed", written: 30 }] });
    expect(await ids("a")).toEqual(upTo(30));
    const again = await runJob(job, builtin(reader, fileWriter()), {});
    expect(again).toMatchObject({
      exit_code: 0,
      run_id: failed.run_id,
      objects: [{ read: 45, written: 45 }],
    });
    expect(await ids("a")).toEqual(upTo(45));
  });
});

describe("a commit that fails", () => {
  it("is tried again by the same token", async () => {
    let failures = 2;
    const writer = fileWriter({
      onCommit: () => {
        failures -= 1;
        if (failures >= 0) throw busy();
      },
    });
    const report = await runJob(
      testJob(folder.path),
      builtin(pagedReader({ a: { rows: numbered(5) } }), writer),
      {},
    );
    expect(report.exit_code).toBe(0);
    expect(new Set(writer.commits.slice(0, 3).map(({ token }) => token)).size).toBe(1);
    expect(await ids("a")).toEqual(upTo(5));
  });

  it("is finished by the next run before anything is read", async () => {
    const job = testJob(folder.path);
    const reader = pagedReader({ a: { rows: numbered(25) } });
    const refused = await runJob(job, builtin(reader, fileWriter({ commitStatus: "conflict" })), {});
    expect(refused).toMatchObject({
      exit_code: 2,
      error: { error_code: "COMMIT_FAILED" },
      objects: [{ written: 0 }],
    });
    const writer = fileWriter();
    const report = await runJob(job, builtin(reader, writer), {});
    expect(report).toMatchObject({ exit_code: 0, objects: [{ read: 25, written: 25 }] });
    expect(writer.aborts[0]).toEqual({ scope: "run", runId: report.run_id });
    expect(await ids("a")).toEqual(upTo(25));
  });

  it("may be made twice by a writer that does not promise otherwise, which the report says", async () => {
    const job = testJob(folder.path, {
      retryPolicy: { maxRetries: 0, initialDelaySeconds: 0, backoffMultiplier: 1, maxDelaySeconds: 0 },
    });
    const reader = pagedReader({ a: { rows: numbered(15) } });
    setFault("commit.after:1:error");
    await runJob(job, builtin(reader, fileWriter({ appending: true })), {});
    const report = await runJob(job, builtin(reader, fileWriter({ appending: true })), {});
    expect(report.exit_code).toBe(0);
    expect(report.warnings.join()).toContain("may be doubled");
    expect(new Set(await ids("a"))).toEqual(new Set(upTo(15)));
  });
});

describe("a writer that miscounts", () => {
  it("fails the run before anything is committed", async () => {
    const writer = fileWriter({ countFiles: (records) => records - 1 });
    const report = await runJob(
      testJob(folder.path),
      builtin(pagedReader({ a: { rows: numbered(5) } }), writer),
      {},
    );
    expect(report.error).toMatchObject({
      error_code: "WRITER_MISCOUNTED",
      details: { given: 5, in_files: 4 },
    });
    expect(writer.commits).toEqual([]);
    expect(await stagedFiles(data())).toEqual([]);
  });

  it("need not count at all", async () => {
    const writer = fileWriter({ countFiles: () => undefined });
    const report = await runJob(
      testJob(folder.path),
      builtin(pagedReader({ a: { rows: numbered(5) } }), writer),
      {},
    );
    expect(report.objects[0]).toMatchObject({ read: 5, written: 5 });
  });
});

describe("a source that never ends", () => {
  const endless = () =>
    pagedReader({
      a: { rows: Array.from({ length: 20_000 }, () => ({ id: 1, name: "same" })), checkpointEvery: 0 },
    });
  it("is noticed", async () => {
    const report = await runJob(testJob(folder.path), builtin(endless(), fileWriter()), {});
    expect(report.error?.error_code).toBe("SOURCE_NOT_ADVANCING");
    expect(await ids("a")).toEqual([]);
  });
  it("is one that moves its position in spite of that", async () => {
    const rows = Array.from({ length: 1500 }, () => ({ id: 1, name: "same" }));
    const policy = {
      maxRecords: Number.POSITIVE_INFINITY,
      maxBytes: Number.POSITIVE_INFINITY,
      maxSeconds: Number.POSITIVE_INFINITY,
    };
    const job = testJob(folder.path, { checkpointPolicy: policy });
    const report = await runJob(job, builtin(pagedReader({ a: { rows, pageSize: 1 } }), fileWriter()), {});
    expect(report).toMatchObject({ exit_code: 0, objects: [{ written: 1500 }] });
  });
  it("can be read with a limit", async () => {
    const report = await runJob(testJob(folder.path), builtin(endless(), fileWriter()), { limit: 12 });
    expect(report).toMatchObject({ exit_code: 0, objects: [{ written: 12 }] });
  });
});

describe("a run that is cancelled", () => {
  it("stops, discards what is staged, and can be taken up again", async () => {
    const controller = new AbortController();
    const job = testJob(folder.path);
    const reader = pagedReader({
      a: {
        rows: numbered(45),
        beforePage: async (from, signal) => {
          if (from !== 30 || controller.signal.aborted) return;
          setImmediate(() => controller.abort());
          await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        },
      },
    });
    const report = await runJob(job, builtin(reader, fileWriter()), { signal: controller.signal });
    expect(report).toMatchObject({
      status: "interrupted",
      exit_code: 130,
      error: { error_code: "INTERRUPTED" },
    });
    expect(reader.closed).toBe(reader.opened);
    expect(await stagedFiles(data())).toEqual([]);
    const again = await runJob(job, builtin(reader, fileWriter()), {});
    expect(again).toMatchObject({
      exit_code: 0,
      run_id: report.run_id,
      objects: [{ read: 45, written: 45 }],
    });
    expect(await ids("a")).toEqual(upTo(45));
  });

  it("does not wait for a reader that ignores it", async () => {
    const controller = new AbortController();
    const reader = pagedReader({
      a: {
        rows: numbered(45),
        beforePage: async (from) => {
          if (from < 10) return;
          controller.abort();
          await new Promise(() => undefined);
        },
      },
    });
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), {
      signal: controller.signal,
    });
    expect(report.exit_code).toBe(130);
  });
});

describe("a writer that fails", () => {
  it("stops the reader, which may be waiting for its source, before anything is cleaned up", async () => {
    let closedWhenStopped: number | undefined;
    const writer = fileWriter({
      onWrite: () => {
        throw new Error("broken");
      },
    });
    const beforePage = async (from: number, signal: AbortSignal) => {
      if (from < 20) return;
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      closedWhenStopped = reader.closed;
    };
    const reader = pagedReader({ a: { rows: numbered(45), beforePage } });
    const report = await runJob(testJob(folder.path), builtin(reader, writer), {});
    expect(report.exit_code).toBe(2);
    expect(closedWhenStopped).toBe(0);
  });
});

describe("a writer that stalls", () => {
  it("stalls the reader", async () => {
    let pages = 0;
    let ahead = 0;
    let written = 0;
    const reader = pagedReader({
      a: {
        rows: numbered(400),
        checkpointEvery: 0,
        beforePage: () => {
          pages += 1;
          ahead = Math.max(ahead, pages - written);
        },
      },
    });
    const writer = fileWriter({
      onWrite: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        written += 1;
      },
    });
    await runJob(testJob(folder.path), builtin(reader, writer), {});
    expect(pages).toBe(40);
    expect(ahead).toBeLessThanOrEqual(6);
  });
});
