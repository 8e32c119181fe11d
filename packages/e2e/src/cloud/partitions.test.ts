import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Project } from "../dativo.js";
import { alternating } from "../sample.js";
import { aws, type EmulatedProvider, gcp } from "./providers.js";

const RECORDS = 400;

/** Environments that the account may have at once: fewer than there are workers, so that some are refused. */
const CONCURRENCY = 8;

const READER = `import { defineReader } from "@dativo/sdk";
import { z } from "zod";
export default defineReader({
  name: "orders",
  config: { options: z.object({ parts: z.coerce.number() }) },
  open: ({ config }) => config.options,
  objects: {
    orders: {
      schema: z.object({ id: z.int(), part: z.int(), updated: z.iso.datetime() }),
      key: ["id"],
      cursor: "updated",
      order: "ascending",
      partitions: ({ client }) => Array.from({ length: client.parts }, (_, n) => ({ id: "part-" + n, params: { n } })),
      async *read({ partition, since }) {
        const { n } = partition.params;
        for (let from = 0; from < ${RECORDS}; from += 100) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          yield Array.from({ length: 100 }, (_, i) => ({
            id: n * ${RECORDS} + from + i,
            part: n,
            updated: new Date(Date.UTC(2026, 0, 1) + Math.floor((from + i) / 40) * 60_000).toISOString(),
          })).filter(({ updated }) => since === undefined || updated >= since);
        }
      },
    },
  },
});
`;

const job = (engine: string) => `source:
  custom_reader: orders.ts:default
  objects: [orders]
${engine}target: { type: parquet, connection: { path: out } }
checkpoint: { max_records: 100 }
`;

const WORDS = ["run", "job.yaml", "--workers", "16", "--json"];

describe.each([
  ["aws", () => aws({ accountConcurrency: CONCURRENCY }), "nodejs24.x", 0],
  ["gcp", gcp, "nodejs24", 1],
] as const)("partitions in functions of %s", (name, start, runtime, turn) => {
  const alternate = alternating(test, turn);
  let provider: EmulatedProvider;
  let project: Project;
  beforeAll(async () => {
    provider = await start();
  });
  beforeEach(() => {
    const engine = `  engine:\n    options: { parts: "\${PARTS:-1}" }\n${provider.cloudExecution(runtime)}`;
    project = new Project({ "orders.ts": READER, "job.yaml": job(engine) });
  });
  afterEach(() => project.remove());
  afterAll(() => provider.emulator.dispose());

  const environment = (parts: number) => ({ ...provider.emulator.env, PARTS: String(parts) });

  const expectWhole = async (parts: number): Promise<void> => {
    const rows = await project.query(
      "select id::int as id, part::int as part from orders order by id",
      "job.yaml",
    );
    expect(rows).toEqual(
      Array.from({ length: parts * RECORDS }, (_, id) => ({ id, part: Math.floor(id / RECORDS) })),
    );
  };

  alternate(`are read side by side; what is refused for want of room is read later`, async () => {
    const { counters, faults } = provider.emulator;
    // Whether the account fills up by itself depends on how fast this machine is.
    faults.add({ kind: "throttle", times: 5 });
    const parts = name === "aws" ? 32 : 10;
    const { code, stdout, stderr } = await project.dativo(WORDS, { env: environment(parts) });
    expect(code, `${stderr}${stdout}`).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.partitions?.length).toBe(parts);
    expect(report.objects).toMatchObject([{ read: parts * RECORDS, written: parts * RECORDS }]);
    expect(counters.peakConcurrency).toBeGreaterThan(2);
    expect(faults.happened.map(({ kind }) => kind)).toEqual(Array(5).fill("throttle"));
    if (name === "aws") expect(counters.peakConcurrency).toBeLessThanOrEqual(CONCURRENCY);
    await expectWhole(parts);
  });

  alternate("lose and double nothing when the coordinator is killed", async () => {
    const parts = 10;
    const env = environment(parts);
    const { counters } = provider.emulator;
    const before = counters.invocations;
    const child = project.start(WORDS, { env });
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (child.exitCode === null && counters.invocations < before + parts) await wait(10);
    expect(child.exitCode).toBeNull();
    child.kill("SIGKILL");
    await ended;
    const resumed = await project.dativo(WORDS, { env });
    expect(resumed.code, `${resumed.stderr}${resumed.stdout}`).toBe(0);
    expect(JSON.parse(resumed.stdout).resumed_from).toBeDefined();
    await expectWhole(parts);
  });
});
