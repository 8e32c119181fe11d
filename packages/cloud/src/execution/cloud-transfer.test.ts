import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FIXTURES, run, type TestRun, testFolder } from "../testing/cloud-job.js";
import { type LocalFunctionOptions, localFunction } from "../testing/local-function.js";
import { nodePackage } from "../testing/local-package.js";
import { type SecretStore, secretStore } from "../testing/secret-store.js";

const READER = "numbers-reader.mjs:NumbersReader";
const WRITER = "lines-writer.mjs:LinesWriter";

/** Number of the invocation that reads and writes: behind two that load, and one that discovers. */
const TRANSFER = 4;

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

/** Records in the files of a folder below another, in the order of their ids. */
function recordsIn(folder: string, below: string): Record<string, unknown>[] {
  const place = join(folder, below);
  return (existsSync(place) ? readdirSync(place) : [])
    .flatMap((file) => readFileSync(join(place, file), "utf8").trim().split("\n"))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .sort((a, b) => Number(a.id) - Number(b.id));
}

const ids = (folder: string, below = "committed") => recordsIn(folder, below).map(({ id }) => id);

/** What a run has beside what they all have. */
interface Further extends Omit<Partial<TestRun>, "writer"> {
  readonly writer?: Partial<TestRun["writer"]>;
  readonly store?: SecretStore;
}

/** Runs a job whose reader and writer share a function. */
async function shared(
  options: LocalFunctionOptions,
  connection: TestRun["connection"],
  { writer, store, ...further }: Further = {},
) {
  const top = await nodePackage({
    [READER]: join(FIXTURES, "numbers-reader.mjs"),
    [WRITER]: join(FIXTURES, "lines-writer.mjs"),
  });
  const deployed = localFunction(top, { ...options, ...(store === undefined ? {} : { env: store.env }) });
  if (store !== undefined) store.values = deployed.stored;
  const folder = testFolder();
  const { report } = await run({
    connection,
    deployed,
    writer: { reference: WRITER, deployed, folder, ...writer },
    policy: { maxRecords: 500 },
    ...further,
  });
  const [used] = report.cloud ?? [];
  return { report, folder, deployed, responseBytes: used?.response_bytes ?? Number.NaN };
}

it("writes what a run here writes, and no record comes out of the function", async () => {
  const connection = { records: 2000, batch: 250, pad: 1000 };
  const { report, folder, responseBytes, deployed } = await shared({}, connection);
  expect(report.error).toBeUndefined();
  const here = testFolder();
  const local = await run({
    connection,
    writer: { reference: WRITER, folder: here },
    policy: { maxRecords: 500 },
  });
  expect(recordsIn(folder, "committed")).toEqual(recordsIn(here, "committed"));
  expect(ids(folder)).toEqual(numbers(2000));
  const { read, written, commits, files } = local.report.objects[0] ?? {};
  expect(report.objects[0]).toMatchObject({ read, written, commits, files });
  expect([read, written, commits]).toEqual([2000, 2000, 3]);
  // Two million bytes were moved.
  expect(responseBytes).toBeLessThan(20_000);
  // Each plugin is loaded, objects are discovered, both work in one invocation, and each commit is one.
  expect(deployed.requests.length).toBe(2 + 1 + 1 + 3);
});

it("is given the secrets of each plugin by the provider's store, and never in a request", async () => {
  const store = await secretStore();
  const secrets = ["sesame-4711", "sesame-4712"];
  const [api_key, password] = secrets;
  const hash = (of: unknown) => createHash("sha256").update(JSON.stringify(of)).digest("hex");
  const { report, folder, deployed } = await shared(
    {},
    { records: 10, key_hash: hash([undefined, { api_key }]) },
    {
      store,
      credentials: { api_key: api_key ?? "" },
      writer: { credentials: { password: password ?? "" }, connection: { key_hash: hash({ password }) } },
    },
  );
  expect(report.error).toBeUndefined();
  expect(ids(folder)).toEqual(numbers(10));
  expect(deployed.stored).toEqual({ "credentials.api_key": api_key, "credentials.password": password });
  for (const request of deployed.requests)
    for (const secret of secrets) expect(Buffer.from(request).includes(secret)).toBe(false);
});

it.each([
  ["is killed", "kill"],
  ["has its answer cut", "truncate"],
] as const)("loses and doubles nothing when the function %s in mid-stream", async (_name, kind) => {
  const { report, folder } = await shared(
    { fault: (invocation) => (invocation === TRANSFER ? { kind, afterBytes: 3000 } : undefined) },
    { records: 3000, batch: 250, pad: 100, slow_ms: 40 },
  );
  expect(report.error).toBeUndefined();
  expect(report.retries.map(({ error_code }) => error_code)).toEqual([
    kind === "kill" ? "CLOUD_INVOCATION_FAILED" : "UNEXPECTED_END",
  ]);
  expect(ids(folder)).toEqual(numbers(3000));
  expect(report.objects[0]).toMatchObject({ read: 3000, written: 3000 });
});

it("goes on in further invocations when the time of one is over", async () => {
  const { report, folder, deployed } = await shared(
    { limits: { timeoutSeconds: 3 } },
    { records: 3000, batch: 50, slow_ms: 100 },
    { policy: {} },
  );
  expect(report.error).toBeUndefined();
  expect(report.retries).toEqual([]);
  expect(ids(folder)).toEqual(numbers(3000));
  // More than one invocation that reads, each of them committed once.
  expect(deployed.requests.length).toBeGreaterThan(2 + 1 + 2 + 2);
});
