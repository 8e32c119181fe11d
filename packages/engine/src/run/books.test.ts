import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileWriter, rowsIn, stagedFiles } from "../../test-fixtures/file-writer.js";
import { type PagedObject, pagedReader } from "../../test-fixtures/paged-reader.js";
import { builtin, testFolder, testJob } from "../../test-fixtures/test-job.js";
import type { RunReport } from "../report/run-report.js";
import { DeadLetters } from "../store/dead-letters.js";
import { FAULT_POINTS, setFault } from "../testing-faults/fault-points.js";
import { runJob } from "./run-job.js";
import { missingRecords } from "./tally.js";

/** A record: good, refused by the schema, or refused by the writer. */
const row = fc.oneof(
  { weight: 6, arbitrary: fc.record({ id: fc.nat(20), name: fc.constantFrom("a", "b") }) },
  { weight: 1, arbitrary: fc.record({ id: fc.constant("bad"), name: fc.constant("a") }) },
  { weight: 1, arbitrary: fc.record({ id: fc.nat(20), name: fc.constant("refuse") }) },
);

const object: fc.Arbitrary<PagedObject> = fc.record({
  rows: fc.array(row, { maxLength: 40 }),
  pageSize: fc.integer({ min: 1, max: 12 }),
  checkpointEvery: fc.integer({ min: 0, max: 3 }),
  spec: fc.record({ incremental: fc.boolean() }),
});

/** Faults strike one after the other, each in a run of its own; `report.before` and later belong to a run that is over. */
const fault = fc
  .tuple(
    fc.constantFrom(...FAULT_POINTS.slice(0, -3)),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom("error", "enospc"),
  )
  .map((parts) => parts.join(":"));

const schedule = fc.record({
  objects: fc.dictionary(fc.constantFrom("a", "b", "c"), object, { minKeys: 1 }),
  faults: fc.array(fault, { maxLength: 4 }),
  interleaved: fc.boolean(),
  replace: fc.boolean(),
  accepts: fc.constantFrom("rows" as const, "arrow" as const),
  maxRecords: fc.integer({ min: 1, max: 20 }),
  maxRetries: fc.integer({ min: 0, max: 2 }),
});

describe("any schedule of pages, checkpoints, rejects and failures", () => {
  it("keeps the books balanced and every record exactly once", async () => {
    await fc.assert(
      fc.asyncProperty(
        schedule,
        async ({ objects, faults, interleaved, replace, accepts, maxRecords, maxRetries }) => {
          const folder = await testFolder();
          const job = testJob(folder.path, {
            checkpointPolicy: {
              maxRecords,
              maxBytes: Number.POSITIVE_INFINITY,
              maxSeconds: Number.POSITIVE_INFINITY,
            },
            retryPolicy: { maxRetries, initialDelaySeconds: 0, backoffMultiplier: 1, maxDelaySeconds: 0 },
          });
          const run = () =>
            runJob(
              job,
              builtin(
                pagedReader(objects, { interleaved }),
                fileWriter({
                  accepts: [accepts],
                  modes: replace ? ["append", "replace"] : ["append"],
                  reject: ({ name }) => (name === "refuse" ? "refused" : undefined),
                }),
              ),
              {},
            );
          try {
            let report: RunReport | undefined;
            for (const text of [...faults, undefined]) {
              setFault(text);
              report = await run();
              for (const counts of report.objects) expect(missingRecords(counts)).toBe(0);
              if (report.exit_code < 2) break;
            }
            setFault(undefined);
            if (report === undefined || report.exit_code >= 2) report = await run();
            await expectWhole(folder.path, objects, report);
          } finally {
            setFault(undefined);
            await folder.remove();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

async function expectWhole(
  root: string,
  objects: Readonly<Record<string, PagedObject>>,
  report: RunReport,
): Promise<void> {
  const letters: string[] = [];
  if (report.dead_letter_file !== undefined)
    for await (const { object, record } of DeadLetters.read(report.dead_letter_file))
      letters.push(JSON.stringify([object, record]));
  const dead: string[] = [];
  for (const [name, { rows }] of Object.entries(objects)) {
    const good = rows.filter(isGood);
    expect((await texts(root, name)).sort()).toEqual(good.map((value) => JSON.stringify(value)).sort());
    const bad = rows.filter((value) => !isGood(value));
    dead.push(...bad.map((record) => JSON.stringify([name, record])));
    const counts = report.objects.find(({ object }) => object === name);
    expect(counts).toMatchObject({
      read: rows.length,
      written: good.length,
      rejected: bad.length,
      status: "complete",
    });
  }
  expect(letters.sort()).toEqual(dead.sort());
  expect(await stagedFiles(`${root}/data`)).toEqual([]);
}

function isGood(value: unknown): boolean {
  const { id, name } = value as { id: unknown; name: unknown };
  return typeof id === "number" && name !== "refuse";
}

async function texts(root: string, object: string): Promise<string[]> {
  return (await rowsIn(`${root}/data`, object)).map((value) => JSON.stringify(value));
}
