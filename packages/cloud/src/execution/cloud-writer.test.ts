import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, run, testFolder } from "../testing/cloud-job.js";
import { type Fault, type LocalFunctionOptions, localFunction } from "../testing/local-function.js";
import { nodePackage, pythonPackage } from "../testing/local-package.js";
import { alternating, sample, some } from "../testing/sample.js";

/** The same writer in each language, and its package. */
const LANGUAGES = {
  node: {
    reference: "lines-writer.mjs:LinesWriter",
    package: (reference: string) => nodePackage({ [reference]: join(FIXTURES, "lines-writer.mjs") }),
  },
  python: {
    reference: "lines_writer.py:LinesWriter",
    package: (reference: string) => pythonPackage(FIXTURES, reference),
  },
};

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

/** Ids of the records in the committed files of a folder, in order. */
function committed(folder: string): number[] {
  const files = existsSync(join(folder, "committed")) ? readdirSync(join(folder, "committed")) : [];
  return files
    .flatMap((file) =>
      readFileSync(join(folder, "committed", file), "utf8")
        .trim()
        .split("\n"),
    )
    .map((line) => JSON.parse(line).id as number)
    .sort((a, b) => a - b);
}

describe.each([
  ["node", 0],
  ["python", 1],
] as const)("a %s writer inside a function", (language, turn) => {
  const alternate = alternating(it, turn);
  const { reference } = LANGUAGES[language];
  const write = async (options: LocalFunctionOptions = {}, connection = {}) => {
    const deployed = localFunction(await LANGUAGES[language].package(reference), { ...options, language });
    const folder = testFolder();
    const { report } = await run({
      connection: { records: 1000, batch: 250, pad: 100 },
      writer: { reference, deployed, folder, connection },
    });
    return { report, folder, deployed };
  };

  it("writes what it is given, each batch in one invocation, and commits it", async () => {
    const { report, folder, deployed } = await write();
    expect(report.error).toBeUndefined();
    expect(committed(folder)).toEqual(numbers(1000));
    expect(report.objects[0]).toMatchObject({ read: 1000, written: 1000, files: 4 });
    // One that loads it, one a batch, and one that commits.
    expect(deployed.requests.length).toBe(6);
  });

  alternate("is given a batch in parts when a request has no room for it", async () => {
    const { report, folder } = await write({ limits: { requestBytes: 64 * 1024 + 12_000 } });
    expect(report.error).toBeUndefined();
    expect(committed(folder)).toEqual(numbers(1000));
    expect(report.objects[0]?.files).toBeGreaterThan(8);
  });

  const faulty: readonly (readonly [string, number, Fault])[] = [
    ["a write is killed once it has staged its records", 3, { kind: "kill", afterBytes: 200 }],
    ["a write is cut off", 4, { kind: "truncate", afterBytes: 400 }],
    ["a write is refused", 3, { kind: "throttle" }],
    ["the commit is killed", 6, { kind: "kill", afterBytes: 200 }],
    ["the commit is cut off", 6, { kind: "truncate", afterBytes: 100 }],
  ];
  it.each(sample(faulty, some(1, 2, turn)))("loses and doubles nothing when %s", async (_, at, fault) => {
    const { report, folder } = await write({ fault: (number) => (number === at ? fault : undefined) });
    expect(report.error).toBeUndefined();
    expect(committed(folder)).toEqual(numbers(1000));
    expect(report.objects[0]).toMatchObject({ read: 1000, written: 1000 });
  });

  alternate("ends the run when it dies at the same records each time", async () => {
    const { report, folder } = await write({}, { die_at: 600 });
    expect(report).toMatchObject({ status: "failed", error: { error_code: "CLOUD_INVOCATION_FAILED" } });
    expect(report.retries.length).toBe(3);
    expect(committed(folder)).toEqual([]);
  });
});

it("sets rejected records aside under the places they had before their batch was cut", async () => {
  const { reference } = LANGUAGES.python;
  const deployed = localFunction(pythonPackage(FIXTURES, reference), {
    language: "python",
    limits: { requestBytes: 64 * 1024 + 12_000 },
  });
  const folder = testFolder();
  const { report } = await run({
    connection: { records: 1000, batch: 500, pad: 100 },
    writer: { reference, deployed, folder, connection: { reject: 42 } },
  });
  expect(report.error).toBeUndefined();
  expect(report.objects[0]).toMatchObject({ read: 1000, written: 990, rejected: 10 });
  const letters = readFileSync(report.dead_letter_file ?? "", "utf8")
    .trim()
    .split("\n");
  expect(letters.map((line) => JSON.parse(line).record.id)).toEqual(
    numbers(10).map((hundred) => hundred * 100 + 42),
  );
});
