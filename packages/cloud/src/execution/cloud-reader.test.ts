import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES, MemoryTarget, run as runJob, type TestRun, testFolder } from "../testing/cloud-job.js";
import { type Fault, type LocalFunctionOptions, localFunction } from "../testing/local-function.js";
import { nodePackage, pythonPackage } from "../testing/local-package.js";
import { alternating, sample, some } from "../testing/sample.js";
import { secretStore } from "../testing/secret-store.js";

/** The same reader in each language, and its package. */
const LANGUAGES = {
  node: {
    reference: "numbers-reader.mjs:NumbersReader",
    package: (reference: string) => nodePackage({ [reference]: join(FIXTURES, "numbers-reader.mjs") }),
  },
  python: {
    reference: "numbers_reader.py:NumbersReader",
    package: (reference: string) => pythonPackage(FIXTURES, reference),
  },
};

/** What the source was asked for: records, how many of them more than once, and in how many batches. */
function sourceCount(ledger: string) {
  const lines = existsSync(ledger) ? readFileSync(ledger, "utf8").trim().split("\n") : [];
  const seen = new Set<string>();
  let read = 0;
  for (const line of lines) {
    const [object, from, count] = line.split(" ");
    read += Number(count);
    for (let at = 0; at < Number(count); at += 1) seen.add(`${object}/${Number(from) + at}`);
  }
  return { read, again: read - seen.size, batches: lines.length };
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

/** Invocations that a job takes before it extracts: one that loads the plugin and one that discovers its objects. */
const BEFORE = 2;

/** A fault of some invocations that extract, by their number from 1. */
const during =
  (...faults: (Fault | undefined)[]) =>
  (invocation: number) =>
    faults[invocation - BEFORE - 1];

describe.each([
  ["node", 0],
  ["python", 1],
] as const)("a %s reader inside a function", (language, turn) => {
  const alternate = alternating(it, turn);
  const { reference } = LANGUAGES[language];
  const numbersFunction = async (options: LocalFunctionOptions = {}) =>
    localFunction(await LANGUAGES[language].package(reference), { ...options, language });
  const run = (options: Omit<TestRun, "reference">) => runJob({ ...options, reference });

  it("delivers what it delivers here, over several invocations", async () => {
    const deployed = await numbersFunction({ limits: { responseBytes: 20_000 } });
    const connection = { records: 1000, batch: 100 };
    const here = await run({ connection });
    const there = await run({ connection, deployed });
    expect(there.report.error).toBeUndefined();
    expect(there.target.rows).toEqual(here.target.rows);
    expect(there.report.objects[0]).toMatchObject({ read: 1000, written: 1000, status: "complete" });
    const [cloud] = there.report.cloud ?? [];
    expect(cloud).toMatchObject({ function: "local", invocations: deployed.requests.length, unreported: 0 });
    expect(deployed.requests.length).toBeGreaterThan(3);
    expect(cloud?.billed_ms).toBeGreaterThan(0);
  });

  alternate("reads several objects over several invocations", async () => {
    const deployed = await numbersFunction({ limits: { responseBytes: 20_000 } });
    const objects = ["a", "b", "c"];
    const connection = { records: 300, batch: 50 };
    const here = await run({ connection, objects });
    const there = await run({ connection, objects, deployed });
    expect(there.report.error).toBeUndefined();
    expect(there.target.rows).toEqual(here.target.rows);
  });

  alternate("goes on where the last run ended", async () => {
    const deployed = await numbersFunction();
    const stateDir = testFolder();
    const target = new MemoryTarget();
    for (const records of [500, 700]) {
      const { report } = await run({ connection: { records }, deployed, stateDir, target });
      expect(report.error).toBeUndefined();
    }
    expect(target.ids("numbers")).toEqual(numbers(700));
  });

  alternate("is given its secrets by the provider's store, and never in a request", async () => {
    const store = await secretStore();
    const deployed = await numbersFunction({ env: store.env });
    store.values = deployed.stored;
    const secret = "sesame-4711";
    const url = `https://user:${secret}@example.com`;
    const credentials = { api_key: secret, pin: 815 };
    const key_hash = createHash("sha256")
      .update(JSON.stringify([url, credentials]))
      .digest("hex");
    const { report, target } = await run({
      connection: { records: 10, url, key_hash },
      credentials,
      deployed,
    });
    expect(report.error).toBeUndefined();
    expect(target.ids("numbers")).toEqual(numbers(10));
    expect(deployed.stored).toEqual({
      "connection.url": url,
      "credentials.api_key": secret,
      "credentials.pin:json": "815",
    });
    for (const request of deployed.requests) expect(Buffer.from(request).includes(secret)).toBe(false);
    expect(store.signatures[0]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-central-1\/secretsmanager/,
    );
  });

  alternate("reads nothing twice: 1 M records in 200 batches", async () => {
    const ledger = join(testFolder(), "ledger");
    const deployed = await numbersFunction();
    const { report, target } = await run({
      connection: { records: 1_000_000, batch: 5000, ledger },
      deployed,
    });
    expect(report.error).toBeUndefined();
    expect(target.ids("numbers").length).toBe(1_000_000);
    expect(sourceCount(ledger)).toEqual({ read: 1_000_000, again: 0, batches: 200 });
    expect(deployed.requests.length).toBeGreaterThan(5);
  });

  const connection = { records: 1000, batch: 50, pad: 100 };
  const batchBytes = 50 * 150;

  const faulty: readonly (readonly [string, readonly (Fault | undefined)[]])[] = [
    ["is killed in the middle", [{ kind: "kill", afterBytes: 5.5 * batchBytes }]],
    ["is killed at once", [{ kind: "kill", afterBytes: 10 }]],
    [
      "is killed again and again",
      [1, 2, 3, 4, 5, 6].map((n) => ({ kind: "kill", afterBytes: n * batchBytes })),
    ],
    ["is cut off", [{ kind: "truncate", afterBytes: 3.3 * batchBytes }]],
    [
      "is cut off between two frames, and then killed",
      [
        { kind: "truncate", afterBytes: 0 },
        { kind: "kill", afterBytes: 4 * batchBytes },
      ],
    ],
    ["is refused", [{ kind: "throttle" }, { kind: "throttle" }, undefined, { kind: "throttle" }]],
  ];
  it.each(sample(faulty, some(1, 2, turn)))(
    "loses and doubles nothing when an invocation %s",
    async (_, faults) => {
      const deployed = await numbersFunction({ limits: { responseBytes: 60_000 }, fault: during(...faults) });
      const { report, target } = await run({ connection, deployed });
      expect(report.error).toBeUndefined();
      expect(report.retries).toEqual([]);
      expect(target.ids("numbers")).toEqual(numbers(1000));
      expect(report.objects[0]).toMatchObject({ read: 1000, written: 1000, rejected: 0 });
    },
  );

  alternate("stops at the checkpoint before its time runs out", async () => {
    const deployed = await numbersFunction({ limits: { timeoutSeconds: 4 } });
    const { report, target } = await run({ connection: { ...connection, slow_ms: 300 }, deployed });
    expect(report.error).toBeUndefined();
    expect(target.ids("numbers")).toEqual(numbers(1000));
    expect(deployed.requests.length - BEFORE).toBeGreaterThan(1);
  });

  alternate("ends the run when it dies wherever it is invoked", async () => {
    const deployed = await numbersFunction({ limits: { responseBytes: 60_000 } });
    const { report, target } = await run({ connection: { ...connection, die_at: 500 }, deployed });
    expect(report).toMatchObject({
      status: "failed",
      error: { error_code: "CLOUD_NO_PROGRESS", retryable: false },
    });
    expect(target.ids("numbers")).toEqual([]);
  });

  alternate("is invoked again for everything when it has no positions", async () => {
    const ledger = join(testFolder(), "ledger");
    appendFileSync(ledger, "");
    const deployed = await numbersFunction({
      limits: { responseBytes: 20_000 },
      fault: during({ kind: "kill", afterBytes: 5 * batchBytes }),
    });
    const { report, target } = await run({
      connection: { ...connection, checkpoint_every: 0, ledger },
      deployed,
    });
    expect(report.error).toBeUndefined();
    expect(target.ids("numbers")).toEqual(numbers(1000));
    expect(deployed.requests.length).toBe(BEFORE + 2);
  });
});
