import { join } from "node:path";
import { DativoError } from "@dativo/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dividedReader } from "../../test-fixtures/divided-reader.js";
import { fileWriter, rowsIn, stagedFiles } from "../../test-fixtures/file-writer.js";
import { pagedReader } from "../../test-fixtures/paged-reader.js";
import {
  inFunction,
  type SharedFunctionOptions,
  sharedFunction,
} from "../../test-fixtures/shared-function.js";
import { builtin, numbered, testFolder, testJob } from "../../test-fixtures/test-job.js";
import { stagedByToken, tokenWriter } from "../../test-fixtures/token-writer.js";
import type { PluginSources } from "../plan/plugins.js";
import type { RunReport } from "../report/run-report.js";
import { runJob } from "../run/run-job.js";
import { DeadLetters } from "../store/dead-letters.js";
import { RunDirectory } from "../store/run-directory.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeEach(async () => {
  folder = await testFolder();
});
afterEach(() => folder.remove());

/** Two objects in turn: one moves on, the other is read whole; some records of both are bad. */
const reader = () =>
  pagedReader(
    {
      moving: {
        rows: numbered(45).map((row) => (row.id % 10 === 3 ? { ...row, id: "three" } : row)),
      },
      whole: { rows: numbered(25), pageSize: 5, checkpointEvery: 2, spec: { incremental: false } },
    },
    { interleaved: true },
  );

const writer = () =>
  fileWriter({
    modes: ["append", "replace"],
    reject: ({ id }) => (id === 7 ? "seven" : undefined),
  });

const jobIn = (root: string) =>
  testJob(root, { checkpointPolicy: { maxRecords: 15, maxBytes: 1e9, maxSeconds: 1e9 } });

/** All that must be the same wherever the records went. */
async function outcome(root: string, { objects, status }: RunReport) {
  const target: Record<string, readonly string[]> = {};
  for (const object of ["moving", "whole"])
    target[object] = (await rowsIn(join(root, "data"), object)).map((row) => JSON.stringify(row)).sort();
  const letters: string[] = [];
  for (const { directory } of await RunDirectory.list(join(root, ".dativo")))
    for await (const { object, reason, record, index } of DeadLetters.read(
      join(directory, "dead-letters.jsonl"),
    ))
      letters.push(JSON.stringify([object, reason, record, index]));
  const books = objects.map(
    ({ object, mode, read, written, filtered, rejected, bytes, state_after, batch_paths }) =>
      JSON.stringify({ object, mode, read, written, filtered, rejected, bytes, state_after, batch_paths }),
  );
  return { status, target, letters: letters.sort(), books };
}

async function here(root: string) {
  const report = await runJob(jobIn(root), builtin(reader(), writer()), {});
  return outcome(root, report);
}

const there = (root: string, sources: PluginSources) => runJob(inFunction(jobIn(root)), sources, {});

async function local() {
  const other = await testFolder();
  try {
    return await here(other.path);
  } finally {
    await other.remove();
  }
}

describe("records that stay in a function", () => {
  it("end where they end when they come through here, and so do bad ones and the books", async () => {
    const report = await there(folder.path, sharedFunction(reader(), writer()));
    const all = await outcome(folder.path, report);
    expect(all).toEqual(await local());
    expect(all.letters.length).toBeGreaterThan(4);
  });

  const EVENTS = 20;
  const breaks = Array.from({ length: EVENTS }, (_, after) => after);
  it.each([
    ["killed", undefined],
    ["left alone while it goes on staging", Number.POSITIVE_INFINITY],
  ])("are neither lost nor doubled when the function is %s behind any event", async (_name, lives) => {
    const whole = await local();
    let broken = 0;
    for (const after of breaks) {
      const root = await testFolder();
      const options: SharedFunctionOptions = {
        breaks: (invocation) =>
          invocation === 1 ? { after, ...(lives === undefined ? {} : { lives }) } : undefined,
      };
      const sources = sharedFunction(reader(), writer(), options);
      const report = await there(root.path, sources);
      await Promise.all(sources.lost);
      expect(report.error, `behind ${after} events`).toBeUndefined();
      expect(await outcome(root.path, report), `behind ${after} events`).toEqual(whole);
      if (lives === undefined) expect(await stagedFiles(join(root.path, "data"))).toEqual([]);
      broken += report.retries.length;
      await root.remove();
    }
    expect(broken).toBeGreaterThan(5);
  });

  describe.each([
    ["tokens", tokenWriter, stagedByToken],
    ["numbers of files", () => fileWriter({ numbered: true }), stagedFiles],
  ])("are the same to a writer that goes by %s alone", (_name, writer, staged) => {
    it.each([
      { lives: 2, beside: 0, fails: false },
      { lives: 9, beside: 0, fails: false },
      { lives: 3, beside: 4, fails: true },
      { lives: 6, beside: 3, fails: true },
    ])("when a function goes on unheard: %o", async (stray) => {
      const sources = (options?: SharedFunctionOptions) => sharedFunction(reader(), writer(), options);
      const whole = await outcome(folder.path, await there(folder.path, sources()));
      let broken = 0;
      for (const after of breaks) {
        const root = await testFolder();
        const once: SharedFunctionOptions = {
          breaks: (invocation) => (invocation === 1 ? { ...stray, after } : undefined),
        };
        const report = await there(root.path, sources(once));
        expect(report.error, `behind ${after} events`).toBeUndefined();
        expect(await outcome(root.path, report), `behind ${after} events`).toEqual(whole);
        expect(await staged(join(root.path, "data")), `behind ${after} events`).toEqual([]);
        broken += report.retries.length;
        await root.remove();
      }
      expect(broken).toBeGreaterThan(5);
    });
  });

  it("are discarded when the function fails, and says so", async () => {
    const failing = pagedReader({
      moving: {
        rows: numbered(45),
        beforePage: (from) => {
          if (from >= 30)
            throw new DativoError({ code: "SOURCE_UNREADABLE", message: "gone", retryable: false });
        },
      },
    });
    const report = await there(folder.path, sharedFunction(failing, tokenWriter()));
    expect([report.error?.error_code, report.objects[0]?.written]).toEqual(["SOURCE_UNREADABLE", 20]);
    expect(report.warnings).toEqual([]);
    expect(await stagedByToken(join(folder.path, "data"))).toEqual([]);
  });

  it.each([9, 14])("are read in as many invocations as it takes (%i events each)", async (time) => {
    const sources = sharedFunction(reader(), writer(), { time });
    const report = await there(folder.path, sources);
    expect(await outcome(folder.path, report)).toEqual(await local());
    expect(report.retries).toEqual([]);
    // What an invocation had staged when its time was over is committed, not read again.
    expect(await stagedFiles(join(folder.path, "data"))).toEqual([]);
    expect(sources.invocations).toBeGreaterThan(1);
  });

  it("are read partition by partition, each in invocations of its own", async () => {
    const parts = { north: numbered(25), south: numbered(15, 25), west: numbered(30, 40) };
    const sources = sharedFunction(dividedReader({ moving: parts }), fileWriter(), {
      breaks: (invocation) => (invocation === 2 ? { after: 2 } : undefined),
    });
    const report = await runJob(inFunction(jobIn(folder.path)), sources, { workers: 2 });
    expect(report.error).toBeUndefined();
    expect([sources.invocations, report.retries.length]).toEqual([4, 1]);
    expect(report.partitions?.map(({ partition, read }) => [partition, read])).toEqual([
      ["north", 25],
      ["south", 15],
      ["west", 30],
    ]);
    const ids = (await rowsIn(join(folder.path, "data"), "moving")).map(({ id }) => id as number);
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 70 }, (_, id) => id));
    expect(await stagedFiles(join(folder.path, "data"))).toEqual([]);
  });
});
