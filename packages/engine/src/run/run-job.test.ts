import { rm } from "node:fs/promises";
import { DativoError, type ReaderEvent } from "@dativo/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileWriter, rowsIn, stagedFiles } from "../../test-fixtures/file-writer.js";
import { pagedReader } from "../../test-fixtures/paged-reader.js";
import { builtin, numbered, testFolder, testJob } from "../../test-fixtures/test-job.js";
import { runReportSchema } from "../report/run-report.js";
import { RunDirectory } from "../store/run-directory.js";
import { RunLock } from "../store/run-lock.js";
import type { Progress } from "./progress.js";
import { runJob } from "./run-job.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeEach(async () => {
  folder = await testFolder();
});
afterEach(() => folder.remove());

const data = () => `${folder.path}/data`;
const ids = async (object: string) =>
  (await rowsIn(data(), object)).map(({ id }) => id as number).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("runJob", () => {
  it("moves all records of all objects and keeps the books", async () => {
    const reader = pagedReader({
      a: { rows: numbered(25), filtered: 3 },
      b: { rows: numbered(7), checkpointEvery: 0 },
    });
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), {});
    expect(report.status).toBe("succeeded");
    expect(report.exit_code).toBe(0);
    expect(await ids("a")).toEqual(upTo(25));
    expect(await ids("b")).toEqual(upTo(7));
    expect(report.objects).toMatchObject([
      {
        object: "a",
        read: 28,
        written: 25,
        filtered: 3,
        status: "complete",
        state_before: null,
        state_after: 25,
      },
      { object: "b", read: 7, written: 7, filtered: 0, status: "complete", commits: 1 },
    ]);
    expect(await stagedFiles(data())).toEqual([]);
    expect(reader.closed).toBe(reader.opened);
  });

  it("writes a report that its schema describes", async () => {
    const rows = [...numbered(5), { id: "x" }];
    const report = await runJob(
      testJob(folder.path),
      builtin(pagedReader({ a: { rows } }), fileWriter()),
      {},
    );
    const directory = await RunDirectory.open(`${folder.path}/.dativo`, report.run_id);
    expect(runReportSchema.parse(await directory.readReport())).toEqual(report);
    expect(report).toMatchObject({ status: "finished_with_rejects", exit_code: 1 });
    expect(report.dead_letter_file).toBe(directory.deadLettersFile);
    expect(report.objects[0]?.rejected_samples).toMatchObject([{ path: "id", expected: "integer" }]);
  });

  it("goes on where the last run ended, and an empty run is done", async () => {
    const job = testJob(folder.path);
    await runJob(job, builtin(pagedReader({ a: { rows: numbered(25) } }), fileWriter()), {});
    const more = pagedReader({ a: { rows: numbered(31) } });
    const second = await runJob(job, builtin(more, fileWriter()), {});
    expect(more.requests[0]?.state).toEqual({ a: 25 });
    expect(second.objects[0]?.read).toBe(6);
    const third = await runJob(job, builtin(more, fileWriter()), {});
    expect(third.exit_code).toBe(0);
    expect(third.objects[0]).toMatchObject({ read: 0, written: 0, status: "complete", state_after: 31 });
    expect(await ids("a")).toEqual(upTo(31));
  });

  it("reads an object that is not incremental from its start each time", async () => {
    const job = testJob(folder.path);
    const reader = pagedReader({ a: { rows: numbered(25), spec: { incremental: false } } });
    await runJob(job, builtin(reader, fileWriter()), {});
    const second = await runJob(job, builtin(reader, fileWriter()), {});
    expect(reader.requests.map(({ state }) => state)).toEqual([{}, {}]);
    expect(second.objects[0]).toMatchObject({ mode: "append", read: 25, state_after: null });
    expect(second.warnings.join()).toContain("each run adds all of its records again");
    expect(await ids("a")).toHaveLength(50);
  });

  it("commits at the checkpoints that the policy names, and everything at the end", async () => {
    const writer = fileWriter();
    const policy = {
      maxRecords: 15,
      maxBytes: Number.POSITIVE_INFINITY,
      maxSeconds: Number.POSITIVE_INFINITY,
    };
    const reader = pagedReader({ a: { rows: numbered(44), pageSize: 4 } });
    await runJob(testJob(folder.path, { checkpointPolicy: policy }), builtin(reader, writer), {});
    expect(writer.commits.map(({ files, final }) => [files.length, final])).toEqual([
      [4, false],
      [4, false],
      [3, true],
    ]);
    expect(new Set(writer.commits.map(({ token }) => token)).size).toBe(3);
  });

  it("counts files over all runs", async () => {
    const job = testJob(folder.path);
    await runJob(job, builtin(pagedReader({ a: { rows: numbered(20) } }), fileWriter()), {});
    const writer = fileWriter();
    await runJob(job, builtin(pagedReader({ a: { rows: numbered(40) } }), writer), {});
    expect(writer.writes.map(({ fileCounter }) => fileCounter)).toEqual([2, 3]);
  });

  it("takes objects in turn or interleaved, each with its own writer and position", async () => {
    const reader = pagedReader(
      { a: { rows: numbered(25) }, b: { rows: numbered(13) } },
      { interleaved: true },
    );
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), {});
    expect(report.objects.map(({ object, state_after }) => [object, state_after])).toEqual([
      ["a", 25],
      ["b", 13],
    ]);
    expect(await ids("b")).toEqual(upTo(13));
  });

  it("refuses an object that nobody has, before any data", async () => {
    const reader = pagedReader({ orders: { rows: numbered(3) } });
    const job = testJob(folder.path, { objects: ["order"] });
    await expect(runJob(job, builtin(reader, fileWriter()), {})).rejects.toMatchObject({
      code: "OBJECT_NOT_FOUND",
      hint: expect.stringContaining('"orders"'),
    });
    expect(reader.requests).toEqual([]);
  });

  it("asks a reader that declares nothing what there is", async () => {
    const reader = pagedReader({ a: { rows: numbered(3) }, b: { rows: numbered(4) } }, { declared: false });
    const report = await runJob(testJob(folder.path), builtin(reader, fileWriter()), { objects: ["b"] });
    expect(report.objects.map(({ object }) => object)).toEqual(["b"]);
    await expect(
      runJob(testJob(folder.path), builtin(reader, fileWriter()), { objects: ["c"] }),
    ).rejects.toEqual(code("OBJECT_NOT_FOUND"));
  });

  it("leaves a run open while objects of it are left, and reads those next", async () => {
    const job = testJob(folder.path);
    const broken = pagedReader({
      a: { rows: numbered(5) },
      b: {
        rows: numbered(5),
        beforePage: () => {
          throw new DativoError({ code: "PLUGIN_ERROR", message: "broken" });
        },
      },
    });
    const first = await runJob(job, builtin(broken, fileWriter()), {});
    expect(first).toMatchObject({ status: "failed", exit_code: 2, error: { error_code: "PLUGIN_ERROR" } });
    const mended = pagedReader({ a: { rows: numbered(5) }, b: { rows: numbered(5) } });
    const onlyA = await runJob(job, builtin(mended, fileWriter()), { objects: ["a"] });
    expect(onlyA.run_id).toBe(first.run_id);
    const last = await runJob(job, builtin(mended, fileWriter()), {});
    expect(last.run_id).toBe(first.run_id);
    expect(await ids("a")).toEqual(upTo(5));
    expect(await ids("b")).toEqual(upTo(5));
    expect((await runJob(job, builtin(mended, fileWriter()), {})).run_id).not.toBe(first.run_id);
  });

  it("replaces an object that is read whole, only once it is read to its end", async () => {
    const job = testJob(folder.path);
    const writer = fileWriter({ modes: ["append", "replace"] });
    const spec = { incremental: false };
    await runJob(job, builtin(pagedReader({ a: { rows: numbered(25), spec } }), writer), {});
    const failing = pagedReader({
      a: {
        rows: numbered(25, 100),
        spec,
        beforePage: (from) => {
          if (from === 20) throw new DativoError({ code: "PLUGIN_ERROR", message: "broken" });
        },
      },
    });
    const failed = await runJob(job, builtin(failing, writer), {});
    expect(failed.objects[0]).toMatchObject({ mode: "replace", status: "failed", written: 20 });
    expect(await ids("a")).toEqual(upTo(25));
    const second = await runJob(
      job,
      builtin(pagedReader({ a: { rows: numbered(25, 100), spec } }), writer),
      {},
    );
    expect(second.resumed_from).toEqual({ commits: 2, records: 20 });
    expect(await ids("a")).toEqual(numbered(25, 100).map(({ id }) => id));
  });

  it("replaces an object by nothing when it has become empty", async () => {
    const job = testJob(folder.path);
    const writer = fileWriter({ modes: ["append", "replace"] });
    const spec = { incremental: false };
    await runJob(job, builtin(pagedReader({ a: { rows: numbered(5), spec } }), writer), {});
    await runJob(job, builtin(pagedReader({ a: { rows: [], spec } }), writer), {});
    expect(await ids("a")).toEqual([]);
  });

  it("reads everything again with a full refresh, and closes what was unfinished", async () => {
    const job = testJob(folder.path);
    const writer = fileWriter({ modes: ["append", "replace"] });
    const failing = pagedReader({
      a: {
        rows: numbered(25),
        beforePage: (from) => {
          if (from === 20) throw new DativoError({ code: "PLUGIN_ERROR", message: "broken" });
        },
      },
    });
    const first = await runJob(job, builtin(failing, writer), {});
    const refreshed = await runJob(job, builtin(pagedReader({ a: { rows: numbered(30) } }), writer), {
      fullRefresh: true,
    });
    expect(refreshed.run_id).not.toBe(first.run_id);
    expect(refreshed.objects[0]).toMatchObject({ mode: "replace", read: 30, state_before: null });
    expect(await ids("a")).toEqual(upTo(30));
    const next = await runJob(job, builtin(pagedReader({ a: { rows: numbered(31) } }), writer), {});
    expect(next.objects[0]).toMatchObject({ mode: "append", read: 1 });
  });

  it("keeps to a limit, and does not move the position past a checkpoint", async () => {
    const job = testJob(folder.path);
    const reader = pagedReader({ a: { rows: numbered(50) }, b: { rows: numbered(50) } });
    const report = await runJob(job, builtin(reader, fileWriter()), { limit: 15 });
    expect(report.objects).toMatchObject([
      { object: "a", status: "partial", written: 15, state_after: 10 },
      { object: "b", status: "partial", written: 15, state_after: 10 },
    ]);
    expect(report.exit_code).toBe(0);
    expect(report.warnings.join()).toContain("a was cut off after its last checkpoint");
    expect(reader.requests).toMatchObject([
      { objects: ["a"], limit: 15 },
      { objects: ["b"], limit: 15 },
    ]);
    expect(await ids("a")).toEqual(upTo(15));
  });

  it("never replaces an object by a part of it", async () => {
    const writer = fileWriter({ modes: ["append", "replace"] });
    const reader = pagedReader({ a: { rows: numbered(50), spec: { incremental: false } } });
    const asked = testJob(folder.path, { mode: "replace" });
    await expect(runJob(asked, builtin(reader, writer), { limit: 5 })).rejects.toEqual(
      code("CONFIG_INVALID"),
    );
    const report = await runJob(testJob(folder.path), builtin(reader, writer), { limit: 5 });
    expect(report.objects[0]).toMatchObject({ mode: "append", written: 5, state_after: null });
  });

  it("forgets a position inside an object that a dead limited run left", async () => {
    const job = testJob(folder.path);
    const spec = { incremental: false };
    const failing = pagedReader({
      a: {
        rows: numbered(45),
        spec,
        beforePage: (from) => {
          if (from === 20) throw new DativoError({ code: "PLUGIN_ERROR", message: "broken" });
        },
      },
    });
    const limited = await runJob(job, builtin(failing, fileWriter()), { limit: 40 });
    expect(limited).toMatchObject({ exit_code: 2, objects: [{ state_after: 20 }] });
    const reader = pagedReader({ a: { rows: numbered(45), spec } });
    const report = await runJob(job, builtin(reader, fileWriter()), {});
    expect(report.run_id).not.toBe(limited.run_id);
    expect(reader.requests[0]?.state).toEqual({});
  });

  it("refuses to cut an unfinished run short, and to go on into another target", async () => {
    const job = testJob(folder.path);
    const failing = pagedReader({
      a: {
        rows: numbered(25),
        beforePage: (from) => {
          if (from === 20) throw new DativoError({ code: "PLUGIN_ERROR", message: "broken" });
        },
      },
    });
    await runJob(job, builtin(failing, fileWriter()), {});
    const reader = pagedReader({ a: { rows: numbered(25) } });
    await expect(runJob(job, builtin(reader, fileWriter()), { limit: 3 })).rejects.toEqual(
      code("RUN_UNFINISHED"),
    );
    const elsewhere = { ...job, target: { ...job.target, outputBase: `${folder.path}/elsewhere` } };
    await expect(runJob(elsewhere, builtin(reader, fileWriter()), {})).rejects.toEqual(
      code("RUN_UNFINISHED"),
    );
  });

  it("reads and checks but writes nothing in a dry run", async () => {
    const writer = fileWriter();
    const rows = [...numbered(5), { id: "x" }];
    const report = await runJob(testJob(folder.path), builtin(pagedReader({ a: { rows } }), writer), {
      dryRun: true,
    });
    expect(report).toMatchObject({
      kind: "dry_run",
      exit_code: 1,
      objects: [{ read: 6, written: 5, rejected: 1 }],
    });
    expect(writer.writes).toEqual([]);
    expect(await RunDirectory.list(`${folder.path}/.dativo`)).toEqual([]);
    const real = pagedReader({ a: { rows: numbered(5) } });
    await runJob(testJob(folder.path), builtin(real, writer), {});
    expect(real.requests[0]?.state).toEqual({});
  });

  it("asks for a key before it merges", async () => {
    const reader = pagedReader({ a: { rows: numbered(3) } });
    const writer = fileWriter({ modes: ["append", "merge"] });
    await expect(
      runJob(testJob(folder.path, { mode: "merge" }), builtin(reader, writer), {}),
    ).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      details: { key: "target.key" },
    });
    await expect(
      runJob(testJob(folder.path, { mode: "replace" }), builtin(reader, writer), {}),
    ).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("does not know"),
    });
  });

  it("holds the lock of the job until it is over", async () => {
    const job = testJob(folder.path);
    const idle = builtin(pagedReader({ a: { rows: [] } }), fileWriter());
    let refusals = 0;
    const beforePage = async () => {
      await expect(runJob(job, idle, {})).rejects.toEqual(code("JOB_LOCKED"));
      refusals += 1;
    };
    const report = await runJob(
      job,
      builtin(pagedReader({ a: { rows: numbered(25), beforePage } }), fileWriter()),
      {},
    );
    expect(report.exit_code).toBe(0);
    expect(refusals).toBe(3);
  });

  it("commits nothing more once its lock was taken away, and is not tried again", async () => {
    const job = testJob(folder.path);
    const beforePage = async (from: number) => {
      if (from === 20) await rm(`${job.stateDir}/locks`, { recursive: true });
    };
    const report = await runJob(
      job,
      builtin(pagedReader({ a: { rows: numbered(45), beforePage } }), fileWriter()),
      {},
    );
    expect(report).toMatchObject({ exit_code: 2, retries: [], error: { error_code: "JOB_LOCKED" } });
    expect(report.objects[0]?.written).toBeLessThanOrEqual(20);
    expect(await ids("a")).toEqual(upTo(report.objects[0]?.written ?? -1));
  });

  it("does not begin while another run holds the lock", async () => {
    const job = testJob(folder.path);
    await using _lock = await RunLock.acquire({ stateDir: job.stateDir, jobKey: job.key });
    const sources = builtin(pagedReader({ a: { rows: numbered(3) } }), fileWriter());
    await expect(runJob(job, sources, {})).rejects.toEqual(code("JOB_LOCKED"));
  });

  it("tells how far it is", async () => {
    const seen: Progress[] = [];
    const reader = pagedReader({ a: { rows: numbered(25) } });
    await runJob(testJob(folder.path), builtin(reader, fileWriter()), {
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.at(-1)).toMatchObject({ object: "a", read: 25, done: true, checkpoint: 3 });
  });

  it("keeps secrets out of reports and logs", async () => {
    const job = testJob(folder.path);
    job.redactor.add("hunter2-secret");
    const broken = pagedReader({
      a: {
        rows: numbered(5),
        beforePage: () => {
          throw new DativoError({ code: "PLUGIN_ERROR", message: "login with hunter2-secret failed" });
        },
      },
    });
    const report = await runJob(job, builtin(broken, fileWriter()), {});
    const directory = await RunDirectory.open(job.stateDir, report.run_id);
    expect(JSON.stringify([report, await directory.readReport()])).not.toContain("hunter2");
    expect(report.error?.message).toContain("[redacted]");
  });
});

describe("a reader that breaks the contract", () => {
  const run = (events: readonly ReaderEvent[]) => {
    const reader = pagedReader({ a: { rows: [] } });
    const plugin = {
      ...reader,
      openReader: async () => ({
        ...(await reader.openReader({} as never)),
        async *extract() {
          yield* events;
        },
      }),
    };
    const job = testJob(folder.path, {
      retryPolicy: { maxRetries: 0, initialDelaySeconds: 0, backoffMultiplier: 1, maxDelaySeconds: 0 },
    });
    return runJob(job, builtin(plugin, fileWriter()), {});
  };
  const object: ReaderEvent = { type: "object", object: { name: "a", incremental: true } };
  const batch: ReaderEvent = { type: "batch", object: "a", data: { form: "rows", rows: [{ id: 1 }] } };
  const end: ReaderEvent = { type: "end", object: "a" };

  it.each<[string, readonly ReaderEvent[], string]>([
    ["ends in the middle of an object", [object, batch], "UNEXPECTED_END"],
    ["ends without reading an object", [], "UNEXPECTED_END"],
    ["yields a batch of an object it did not announce", [batch], "ABI_VIOLATION"],
    ["announces an object twice", [object, end, object], "ABI_VIOLATION"],
    [
      "yields an object nobody asked for",
      [{ type: "object", object: { name: "b", incremental: true } }],
      "ABI_VIOLATION",
    ],
    [
      "yields text that is no JSON",
      [object, { type: "batch", object: "a", data: { form: "json", text: Buffer.from("[{") } }],
      "ABI_VIOLATION",
    ],
    [
      "yields JSON that is no array",
      [object, { type: "batch", object: "a", data: { form: "json", text: Buffer.from("{}") } }],
      "ABI_VIOLATION",
    ],
  ])("%s", async (_name, events, expected) => {
    const report = await run(events);
    expect(report.error?.error_code).toBe(expected);
    expect(report.exit_code).toBe(2);
    expect(await ids("a")).toEqual([]);
    expect(await stagedFiles(data())).toEqual([]);
  });
});
