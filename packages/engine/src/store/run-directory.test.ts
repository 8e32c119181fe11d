import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redactor } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { DeadLetters } from "./dead-letters.js";
import { Journal, type JournalRecord } from "./journal.js";
import { RunDirectory } from "./run-directory.js";
import { folder, rejection } from "./testing/folder.js";

const second = (n: number) => new Date(Date.UTC(2026, 10, 22, 6, 40, n));

/** The id of a run that started then. */
const idOf = (n: number) => expect.stringMatching(`^2026-11-22T06-40-0${n}-000Z-[0-9a-f]{6}$`);

/** A run of a job with the status given, or none. */
async function run(
  stateDir: string,
  n: number,
  options: { job?: string; kind?: string; status?: string; letters?: number } = {},
): Promise<RunDirectory> {
  const directory = await RunDirectory.create(stateDir, second(n));
  const records: JournalRecord[] = [
    {
      type: "run_started",
      runId: directory.id,
      job: options.job ?? "-/-/a",
      jobFile: "/a.yaml",
      kind: options.kind ?? "run",
    },
  ];
  if (options.status !== undefined) records.push({ type: "run_finished", status: options.status });
  await using journal = await Journal.open(directory.journalFile);
  for (const record of records) await journal.append(record);
  if (options.letters !== undefined) {
    await using letters = await DeadLetters.open(directory.deadLettersFile, { redactor: new Redactor() });
    await letters.append(
      Array.from({ length: options.letters }, (_, index) => ({
        object: "o",
        index,
        reason: "bad",
        record: {},
        sequence: 1,
        batch: 0,
      })),
    );
  }
  return directory;
}

describe("run directories", () => {
  it("are named for the moment they start at, and have ids of their own wherever they are", async () => {
    const stateDir = join(folder(), ".dativo");
    const ids = [];
    for (let ms = 0; ms < 11; ms += 1)
      ids.push((await RunDirectory.create(stateDir, new Date(second(11).getTime() + ms))).id);
    expect(ids[2]).toMatch(/^2026-11-22T06-40-11-002Z-[0-9a-f]{6}$/);
    const listed = (await RunDirectory.list(stateDir)).map(({ id }) => id);
    expect(listed).toEqual([...ids].reverse());
    expect(readFileSync(join(stateDir, ".gitignore"), "utf8").split("\n")).toContain("runs/");
    const elsewhere = await RunDirectory.create(join(folder(), ".dativo"), second(11));
    expect(elsewhere.id).not.toBe(ids[0]);
  });

  it("are listed newest first, with what the journal says", async () => {
    const stateDir = folder();
    await run(stateDir, 1, { status: "succeeded" });
    await run(stateDir, 3, { job: "-/-/b", letters: 1 });
    const damaged = await run(stateDir, 2);
    writeFileSync(damaged.journalFile, "{}\n{}\n");
    mkdirSync(join(stateDir, "runs/something-else"));
    expect(await RunDirectory.list(stateDir)).toMatchObject([
      {
        id: idOf(3),
        job: "-/-/b",
        kind: "run",
        startedAt: expect.any(String),
        deadLetterBytes: expect.any(Number),
      },
      { id: idOf(2), status: "unreadable" },
      { id: idOf(1), job: "-/-/a", status: "succeeded", deadLetterBytes: 0 },
    ]);
    expect(await RunDirectory.list(join(stateDir, "none"))).toEqual([]);
  });

  it("are opened by id, and the nearest is named when there is none", async () => {
    const stateDir = folder();
    expect((await rejection(RunDirectory.open(stateDir, "x"))).hint).toContain("Nothing has been run");
    const { id, path } = await run(stateDir, 1);
    expect((await RunDirectory.open(stateDir, id)).path).toBe(path);
    for (const wrong of [`${id}x`, id.toLowerCase()])
      expect((await rejection(RunDirectory.open(stateDir, wrong))).hint).toContain(`Did you mean ${id}`);
    expect(await rejection(RunDirectory.open(stateDir, "../.."))).toMatchObject({
      code: "RUN_NOT_FOUND",
      hint: expect.stringContaining("latest"),
    });
  });

  it("are opened by as much of an id as no other shares", async () => {
    const stateDir = folder();
    const [first, second] = [await run(stateDir, 1), await run(stateDir, 2)];
    expect((await RunDirectory.open(stateDir, "2026-11-22T06-40-01")).path).toBe(first.path);
    const { code, hint } = await rejection(RunDirectory.open(stateDir, "2026-11-22"));
    expect(code).toBe("RUN_NOT_FOUND");
    expect(hint).toBe(`Did you mean ${second.id} or ${first.id}?`);
    expect(await rejection(RunDirectory.open(stateDir, ""))).toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("say which run of a job is to be taken up", async () => {
    const stateDir = folder();
    const unfinished = async (job = "-/-/a") => (await RunDirectory.latestUnfinished(stateDir, job))?.id;
    expect(await unfinished()).toBeUndefined();
    await run(stateDir, 1, { status: "failed" });
    expect(await unfinished()).toEqual(idOf(1));
    await run(stateDir, 2, { job: "-/-/b", status: "succeeded" });
    await run(stateDir, 3, { kind: "replay", status: "succeeded" });
    expect(await unfinished()).toEqual(idOf(1));
    await run(stateDir, 4);
    expect(await unfinished()).toEqual(idOf(4));
    await run(stateDir, 5, { status: "finished_with_rejects" });
    expect(await unfinished()).toBeUndefined();
    expect(await unfinished("-/-/b")).toBeUndefined();
  });

  it("hold a report that is replaced as a whole", async () => {
    const directory = await run(folder(), 1);
    expect(await directory.readReport()).toBeUndefined();
    await directory.writeReport({ status: "running" });
    await directory.writeReport({ status: "succeeded" });
    expect(await directory.readReport()).toEqual({ status: "succeeded" });
    writeFileSync(directory.reportFile, "{");
    expect((await rejection(directory.readReport())).message).toContain(directory.reportFile);
  });

  it("that cannot be made are TARGET_UNWRITABLE", async () => {
    const stateDir = folder();
    writeFileSync(join(stateDir, "runs"), "");
    expect((await rejection(RunDirectory.create(stateDir))).code).toBe("TARGET_UNWRITABLE");
  });
});

describe("pruning", () => {
  it("removes what is old, and never what may still be needed", async () => {
    const stateDir = folder();
    const kept = [
      await run(stateDir, 1, { job: "-/-/only", status: "failed" }),
      await run(stateDir, 2, { status: "finished_with_rejects", letters: 2 }),
    ];
    const gone = [
      await run(stateDir, 3, { status: "succeeded" }),
      await run(stateDir, 4, { status: "failed" }),
      await run(stateDir, 5),
      await run(stateDir, 6, { status: "finished_with_rejects", letters: 2 }),
    ];
    await gone[3]?.markReplayed({ token: "t1", letters: [0] });
    await gone[3]?.markReplayed({ token: "t2", letters: [1] });
    await kept[1]?.markReplayed({ token: "t3", letters: [1] });
    kept.push(
      await run(stateDir, 7, { status: "failed" }),
      await run(stateDir, 8, { job: "-/-/b", status: "succeeded" }),
    );
    expect(await RunDirectory.prune(stateDir)).toEqual([]);
    expect([...(await RunDirectory.prune(stateDir, { keep: 1 }))].sort()).toEqual(gone.map(({ id }) => id));
    expect(kept.map(({ path }) => existsSync(path))).toEqual(kept.map(() => true));
    expect(gone.map(({ path }) => existsSync(path))).toEqual(gone.map(() => false));
  });
});

describe("marks of replayed letters", () => {
  it("outlive a torn line", async () => {
    const directory = await run(folder(), 1, { letters: 3 });
    expect(await directory.replayedLetters()).toEqual(new Set());
    await directory.markReplayed({ token: "t1", letters: [0, 2] });
    writeFileSync(
      directory.replayMarksFile,
      `${readFileSync(directory.replayMarksFile, "utf8")}{"token":"t2","let`,
    );
    expect(await directory.replayedLetters()).toEqual(new Set([0, 2]));
    await directory.markReplayed({ token: "t3", letters: [1] });
    expect(await directory.replayedLetters()).toEqual(new Set([0, 1, 2]));
  });
});
