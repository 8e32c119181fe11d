import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Project } from "../dativo.js";
import { noLibraries } from "../python/python-here.js";
import { alternating } from "../sample.js";
import { aws, type EmulatedProvider, gcp } from "./providers.js";

const RECORDS = 400;

/** Environments that the account may have at once: fewer than there are workers, so that some may be refused. */
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

const PYTHON_READER = `from dativo_ingest import BaseReader, Page

class Orders(BaseReader):
    incremental = True
    partitioned = True

    def partitions(self, tools):
        return tools.by_range((0, 999))

    def extract(self, state_manager=None):
        start, end = (self.partition.params.get(key, other) for key, other in (("from", 0), ("to", 1000)))
        ids = range(max(start, state_manager.get(default=0)), end)
        for at in range(0, len(ids), 10):
            page = ids[at : at + 10]
            yield Page([{"id": id, "part": self.partition.id} for id in page], position=page[-1] + 1)
`;

const job = (engine: string, reader = "orders.ts:default") => `source:
  custom_reader: ${reader}
  objects: [orders]
${engine}target: { type: parquet, connection: { path: out } }
checkpoint: { max_records: 100 }
`;

const WORDS = ["run", "job.yaml", "--workers", "16", "--json"];

describe.each([
  ["aws", () => aws({ accountConcurrency: CONCURRENCY }), "nodejs24.x", 0],
  ["gcp", gcp, "nodejs24", 1],
] as const)("partitions in functions of %s", (name, start, runtime, turn) => {
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

  alternating(test, turn)(
    `are read side by side; what is refused for want of room is read later`,
    async () => {
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
    },
  );

  alternating(test.skipIf(noLibraries !== undefined), turn + 1)(
    `that a Python reader makes are read side by side (${noLibraries ?? "by range"})`,
    async () => {
      const { cloudExecution, runtimes, emulator } = provider;
      const { env } = emulator;
      project.write("orders.py", PYTHON_READER);
      project.write("here.yaml", job("", "orders.py:Orders").replace("path: out", "path: here"));
      project.write("job.yaml", job(`  engine:\n${cloudExecution(runtimes.python)}`, "orders.py:Orders"));
      const run = async (...words: string[]) => {
        const { code, stdout, stderr } = await project.dativo(["run", ...words, "--json"], { env });
        expect(code, `${stderr}${stdout}`).toBe(0);
        return JSON.parse(stdout);
      };
      const before = emulator.counters.invocations;
      const report = await run("job.yaml", "--workers", "2");
      expect(report.partitions.length).toBe(8);
      expect(report.objects).toMatchObject([{ read: 1000, written: 1000 }]);
      expect(emulator.counters.invocations - before).toBeGreaterThan(8);
      // Here it is read whole, and the other way round its positions are those that a whole run goes on from.
      expect((await run("here.yaml")).objects).toMatchObject([{ read: 1000, written: 1000 }]);
      expect((await run("job.yaml")).objects).toMatchObject([{ read: 0, written: 0 }]);
      const ids = (file: string) => project.query("select id::int as id from orders order by id", file);
      const there = await ids("job.yaml");
      expect(there).toEqual(Array.from({ length: 1000 }, (_, id) => ({ id })));
      expect(there).toEqual(await ids("here.yaml"));
    },
  );

  alternating(test, turn + 1)("lose and double nothing when the coordinator is killed", async () => {
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
