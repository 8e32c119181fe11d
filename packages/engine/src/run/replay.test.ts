import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileWriter, rowsIn } from "../../test-fixtures/file-writer.js";
import { pagedReader } from "../../test-fixtures/paged-reader.js";
import { builtin, numbered, testFolder, testJob } from "../../test-fixtures/test-job.js";
import { RunDirectory } from "../store/run-directory.js";
import { StateStore } from "../store/state-store.js";
import { setFault } from "../testing-faults/fault-points.js";
import { replayRun } from "./replay.js";
import { runJob } from "./run-job.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeEach(async () => {
  folder = await testFolder();
});
afterEach(async () => {
  setFault(undefined);
  await folder.remove();
});

const text = {
  fields: [
    { name: "id", type: { kind: "string" as const } },
    { name: "name", type: { kind: "string" as const } },
  ],
};
const rows = [...numbered(5), { id: "x1", name: "a" }, { id: "x2", name: "refuse" }, { id: "x3", name: "c" }];
const strict = () => builtin(pagedReader({ a: { rows } }), fileWriter());
/** The same job after its schema was mended; its writer still refuses one record. */
const mended = (refuse = true) =>
  builtin(
    pagedReader({ a: { rows, spec: { schema: text } } }),
    fileWriter({ reject: ({ name }) => (refuse && name === "refuse" ? "refused" : undefined) }),
  );
const written = async () => (await rowsIn(`${folder.path}/data`, "a")).map(({ id }) => String(id)).sort();

describe("replayRun", () => {
  it("writes what passes today, leaves the rest dead, and never writes a letter twice", async () => {
    const job = testJob(folder.path);
    const first = await runJob(job, strict(), {});
    expect(first.objects[0]).toMatchObject({ written: 5, rejected: 3 });

    const replay = await replayRun(job, mended(), first.run_id, {});
    expect(replay).toMatchObject({
      kind: "replay",
      replay_of: first.run_id,
      exit_code: 1,
      objects: [{ read: 3, written: 2, rejected: 1 }],
    });
    expect(await written()).toEqual(["0", "1", "2", "3", "4", "x1", "x3"]);

    const again = await replayRun(job, mended(), first.run_id, {});
    expect(again.objects[0]).toMatchObject({ read: 1, written: 0, rejected: 1 });
    const last = await replayRun(job, mended(false), first.run_id, {});
    expect(last).toMatchObject({ exit_code: 0, objects: [{ read: 1, written: 1 }] });
    const nothing = await replayRun(job, mended(false), first.run_id, {});
    expect(nothing).toMatchObject({ exit_code: 0, objects: [] });
    expect(await written()).toEqual(["0", "1", "2", "3", "4", "x1", "x2", "x3"]);
  });

  it("moves no position, and counts its files", async () => {
    const job = testJob(folder.path);
    const first = await runJob(job, strict(), {});
    const store = new StateStore({ stateDir: job.stateDir, jobKey: job.key });
    const before = await store.get("a");
    await replayRun(job, mended(), first.run_id, {});
    expect(await store.get("a")).toEqual({
      ...before,
      schema: expect.anything(),
      fileCounter: (before?.fileCounter ?? 0) + 1,
    });
    expect((await runJob(job, strict(), {})).objects[0]?.read).toBe(0);
  });

  it.each([
    "write.after",
    "journal.prepare.before",
    "journal.prepare.after",
    "commit.after",
    "state.after",
    "journal.committed.before",
    "journal.committed.after",
  ])("is finished by the next replay when it fails at %s", async (point) => {
    const job = testJob(folder.path, {
      retryPolicy: { maxRetries: 0, initialDelaySeconds: 0, backoffMultiplier: 1, maxDelaySeconds: 0 },
    });
    const first = await runJob(job, strict(), {});
    setFault(`${point}:1:error`);
    expect((await replayRun(job, mended(), first.run_id, {})).exit_code).toBe(2);
    await replayRun(job, mended(), first.run_id, {});
    expect(await written()).toEqual(["0", "1", "2", "3", "4", "x1", "x3"]);
    const source = await RunDirectory.open(job.stateDir, first.run_id);
    expect(await source.replayedLetters()).toEqual(new Set([0, 2]));
  });

  it("refuses runs that are unfinished, unknown or of another job", async () => {
    const job = testJob(folder.path, { validationMode: "strict" });
    const failed = await runJob(job, strict(), {});
    await expect(replayRun(job, mended(), failed.run_id, {})).rejects.toMatchObject({
      code: "RUN_UNFINISHED",
    });
    await expect(replayRun(job, mended(), "2020-01-01T00-00-00-000Z-000000", {})).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
    });
    const other = { ...job, key: "-/-/other" };
    await expect(replayRun(other, mended(), failed.run_id, {})).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
    });
  });
});
