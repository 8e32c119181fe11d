import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Journal, type JournalRecord, type PrepareRecord, type StoredJournalRecord } from "./journal.js";
import { type ChildScript, childScript, crash, nextMessage } from "./testing/child.js";
import { folder, rejection } from "./testing/folder.js";

const prepare = (object: string, sequence: number, more: Partial<PrepareRecord> = {}): PrepareRecord => ({
  type: "prepare",
  sequence,
  object,
  token: `r/${object}/${sequence}`,
  files: [{ path: "data/a.parquet", size_bytes: 10, record_count: 2, anything: { else: [1] } }],
  state: { since: sequence },
  fileCounter: sequence,
  schema: { fields: [{ name: "id", type: { kind: "timestamp", zone: true }, required: true }], key: ["id"] },
  counts: { read: 5, written: 2, filtered: 1, deduplicated: 1, rejected: 1 },
  final: false,
  deadLetterBytes: 100,
  extra: { tally: { coerced: 2 } },
  ...more,
});
const committed = (object: string, sequence: number): JournalRecord => ({
  type: "committed",
  token: `r/${object}/${sequence}`,
});
const started: JournalRecord = {
  type: "run_started",
  runId: "r",
  job: "-/-/j",
  jobFile: "/j.yaml",
  kind: "run",
};

async function write(file: string, records: readonly JournalRecord[]): Promise<void> {
  await using journal = await Journal.open(file);
  for (const record of records) await journal.append(record);
}

/** Records as they were appended. */
function plain(records: readonly StoredJournalRecord[]): JournalRecord[] {
  return records.map(({ at, ...record }) => {
    expect(new Date(at).getTime()).not.toBeNaN();
    return record as JournalRecord;
  });
}

describe("a journal", () => {
  it("gives back every kind of record, to the process that wrote it and to the next", async () => {
    const file = join(folder(), "runs/r/journal.jsonl");
    const records: JournalRecord[] = [
      started,
      prepare("a", 1),
      committed("a", 1),
      prepare("b", 1, { final: true, files: [], state: null }),
      { type: "aborted", token: "r/b/1", reason: "cancelled" },
      { type: "aborted", token: "r/b/1" },
      { type: "object_done", object: "a" },
      { type: "run_finished", status: "failed" },
      { type: "resumed" },
    ];
    await write(file, records.slice(0, 4));
    await using journal = await Journal.open(file);
    for (const record of records.slice(4)) await journal.append(record);
    expect(plain(journal.records)).toEqual(records);
    expect(plain(await Journal.read(file))).toEqual(records);
  });

  it("knows what is open, what was committed last, what is done, and how it ended", async () => {
    await using journal = await Journal.open(join(folder(), "j"));
    expect([journal.openCommits(), journal.lastCommits().size, journal.status()]).toEqual([[], 0, undefined]);
    for (const record of [
      started,
      prepare("a", 1),
      committed("a", 1),
      prepare("b", 1),
      prepare("a", 2),
      { type: "object_done", object: "x" } as const,
    ])
      await journal.append(record);
    expect(journal.openCommits()).toEqual([
      expect.objectContaining({ token: "r/b/1" }),
      expect.objectContaining({ token: "r/a/2" }),
    ]);
    expect(journal.lastCommits().get("a")?.sequence).toBe(1);
    await journal.append({ type: "aborted", token: "r/b/1" });
    await journal.append(committed("a", 2));
    expect(journal.openCommits()).toEqual([]);
    expect([...journal.lastCommits()].map(([object, { sequence }]) => [object, sequence])).toEqual([
      ["a", 2],
    ]);
    expect(journal.finishedObjects()).toEqual(new Set(["x"]));
    await journal.append(prepare("b", 1));
    expect(journal.openCommits().map(({ token }) => token)).toEqual(["r/b/1"]);
    await journal.append({ type: "run_finished", status: "interrupted" });
    expect(journal.status()).toBe("interrupted");
    await journal.append({ type: "resumed" });
    expect(journal.status()).toBeUndefined();
  });

  it("that is not there is empty, and reading does not make it", async () => {
    const file = join(folder(), "none");
    expect(await Journal.read(file)).toEqual([]);
    expect(() => statSync(file)).toThrow();
  });
});

describe("a journal that a crash cut off", () => {
  it("keeps every record before the cut, and goes on after it", async () => {
    const folderPath = folder();
    const records = [started, prepare("é\n\u2028", 1), committed("a", 1), prepare("b", 2)];
    const whole = join(folderPath, "whole");
    await write(whole, records);
    const bytes = readFileSync(whole);
    const ends = [...bytes].flatMap((byte, index) => (byte === 0x0a ? [index + 1] : []));
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length),
        fc.constantFrom("", "\u0000\u0000\u0000", "\u0000\u0000\n"),
        async (cut, tail) => {
          const file = join(folderPath, String(number++));
          // A tail of zeros is what a file system may leave of a line that was never filled in.
          writeFileSync(file, Buffer.concat([bytes.subarray(0, cut), Buffer.from(tail)]));
          const kept = ends.filter((end) => end <= cut).length;
          expect(plain(await Journal.read(file))).toEqual(records.slice(0, kept));
          await write(file, [committed("z", 9)]);
          expect(plain(await Journal.read(file))).toEqual([...records.slice(0, kept), committed("z", 9)]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a journal that was damaged", () => {
  it("is JOURNAL_CORRUPT with its line, wherever a byte was changed before the last line", async () => {
    const file = join(folder(), "j");
    await write(file, [started, prepare("a", 1), committed("a", 1)]);
    const bytes = readFileSync(file);
    const ends = [...bytes].flatMap((byte, index) => (byte === 0x0a ? [index] : []));
    await fc.assert(
      fc.asyncProperty(
        fc.nat((ends[1] as number) - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const damaged = Uint8Array.from(bytes);
          damaged[at] = (damaged[at] as number) ^ change;
          writeFileSync(file, damaged);
          const error = await rejection(Journal.open(file));
          expect(error).toMatchObject({ code: "JOURNAL_CORRUPT", retryable: false, details: { file } });
          expect(error.message).toMatch(/Line [123] of the journal/);
          expect(readFileSync(file)).toEqual(Buffer.from(damaged));
        },
      ),
    );
  });

  it("is so too when a whole last line does not fit its checksum, or a line is of another kind", async () => {
    const file = join(folder(), "j");
    await write(file, [started, committed("a", 1)]);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace("r/a/1", "r/a/2"));
    expect((await rejection(Journal.read(file))).details.line).toBe(2);
    writeFileSync(file, `${text}{"type":"hello"}\n`);
    expect((await rejection(Journal.read(file))).details.line).toBe(3);
  });
});

describe("a journal that cannot be written", () => {
  it("says why", async () => {
    const path = folder();
    mkdirSync(join(path, "j"));
    expect((await rejection(Journal.open(join(path, "j")))).code).toBe("TARGET_UNWRITABLE");
    writeFileSync(join(path, "file"), "");
    expect((await rejection(Journal.open(join(path, "file/j")))).code).toBe("TARGET_UNWRITABLE");
  });
});

describe("a process that is killed while it writes a journal", () => {
  let script: ChildScript;
  beforeAll(async () => {
    script = await childScript(`
      import { Journal } from "./journal.js";
      const journal = await Journal.open(process.argv[2]);
      for (let number = journal.records.length; ; number += 1) {
        await journal.append({ type: "object_done", object: "x".repeat(number % 3000) + number });
        process.send(number + 1);
      }
    `);
  });
  afterAll(() => script.remove());

  it("loses no record that was durable", async () => {
    const file = join(folder(), "j");
    for (let round = 0; round < 6; round += 1) {
      const child = script.start(file);
      let told = await nextMessage<number>(child);
      child.on("message", (count) => {
        told = count as number;
      });
      await new Promise((resolve) => setTimeout(resolve, 2 + round * 5));
      await crash(child);
      // What a crash of the machine, not only of the process, may leave.
      if (round % 2 === 1) appendFileSync(file, '{"type":"object_do');
      const records = await Journal.read(file);
      expect(records.length).toBeGreaterThanOrEqual(told);
      expect(plain(records)).toEqual(
        records.map((_, number) => ({ type: "object_done", object: "x".repeat(number % 3000) + number })),
      );
    }
  });
});
