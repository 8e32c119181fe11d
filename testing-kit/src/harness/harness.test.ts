import { defineReader, defineWriter, integer } from "@dativo/sdk";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { status } from "../http/faults.js";
import { mockApi } from "../mock/mock-api.js";
import { MutantFolder } from "../mutants/mutant-subject.js";
import { PEOPLE_API } from "../mutants/people-api.js";
import "../vitest.js";
import { contractTests } from "./contract-tests.js";
import { createEngineHarness } from "./engine-harness.js";
import { createReaderHarness } from "./reader-harness.js";
import { createWriterHarness } from "./writer-harness.js";

const rows = Array.from({ length: 12 }, (_none, index) => ({ id: index + 1, name: `n${index}` }));
const api = mockApi({ resources: { "/things": { rows, pages: { style: "link", size: 5 } } } });
const reader = defineReader({
  name: "things",
  version: "1.0.0",
  config: { connection: z.object({ url: z.url() }) },
  open: ({ config, http }) => http.with({ baseUrl: config.connection.url }),
  objects: {
    things: {
      schema: z.object({ id: integer(), name: z.string() }),
      key: ["id"],
      async *read({ client }) {
        yield* client.pages<(typeof rows)[number]>("/things");
      },
    },
  },
});

describe("a reader harness", () => {
  it("reads before a mock API, with faults where wanted", async () => {
    const source = { connection: { url: "http://api" } };
    await using plain = await createReaderHarness(reader, { mock: api, source });
    const { records, error } = await plain.read();
    expect(error).toBeUndefined();
    expect(records.map(({ row }) => row)).toEqual(rows);
    expect(plain.exchanges).toHaveLength(3);
    expect(records.map(({ row }) => row)).toMatchAsset({
      fields: [
        { name: "id", type: { kind: "integer" } },
        { name: "name", type: { kind: "string" } },
      ],
    });
    expect(() => expect(rows).toMatchAsset({ fields: [{ name: "id", type: { kind: "date" } }] })).toThrow(
      /do not fit the asset/,
    );

    await using refused = await createReaderHarness(reader, { mock: api, source, faults: () => status(401) });
    expect((await refused.read()).error).toMatchObject({ code: "AUTHENTICATION_FAILED" });
  });
});

describe("a writer harness", () => {
  it("stages, commits and reads back", async () => {
    using folder = new MutantFolder();
    const { load } = await folder.reference("writer-define");
    const plugin = await load("in_process");
    const exported = { [Symbol.for("dativo.plugin")]: plugin } as unknown as Parameters<
      typeof createWriterHarness
    >[0];
    await using target = await createWriterHarness(exported);
    const writer = await target.open({ runId: "run-9" });
    const staged = await writer.stage("run-9/people/1", rows);
    expect(await target.visible()).toEqual([]);
    await writer.commit(staged);
    expect(await target.visible()).toEqual(rows);
  });
});

describe("an engine harness", () => {
  it("runs, is killed, resumes, and can be asked for what it wrote", async () => {
    using folder = new MutantFolder();
    const { projectRoot, reference } = await folder.reference("reader-define");
    const job = {
      source: {
        custom_reader: reference,
        connection: { base_url: "http://api" },
        credentials: { api_key: "x" },
        objects: ["people"],
      },
      target: { type: "parquet" },
      checkpoint: { max_records: 1 },
    };
    await using engine = await createEngineHarness({ job, cwd: projectRoot, mock: PEOPLE_API });
    expect(await engine.crash("commit.after", 3)).toEqual({ killed: true, report: undefined });
    const report = await engine.run();
    expect(report).toMatchObject({ exit_code: 0, resumed_from: { commits: expect.any(Number) } });
    expect(report).toBalanceBooks();
    expect(
      await engine.query("select count(*)::int as n, count(distinct id)::int as ids from people"),
    ).toEqual([{ n: 42, ids: 42 }]);
    expect(Object.keys(await engine.state())).toEqual(["people"]);
    const [object] = report.objects;
    expect(() => expect({ ...report, objects: [{ ...object, read: 1 }] }).toBalanceBooks()).toThrow(
      /do not balance/,
    );
  });

  it("takes plugins from the test", async () => {
    const kept: unknown[] = [];
    const sink = defineWriter({
      name: "sink",
      open: () => undefined,
      write: ({ batch }) => [{ path: "memory", recordCount: kept.push(...batch.rows()) }],
      commit: () => undefined,
      abort: () => undefined,
    });
    const job = { source: { type: "things", connection: { url: "http://api" } }, target: { type: "sink" } };
    await using engine = await createEngineHarness({
      job,
      mock: api,
      plugins: { readers: { things: reader }, writers: { sink } },
    });
    expect(await engine.run()).toMatchObject({ exit_code: 0 });
    expect(kept).toHaveLength(12);
  });
});

const server = { mock: api, source: { connection: { url: "http://api" } } };
contractTests(reader, {
  ...server,
  runner: { describe, it },
  only: ["R3.reads", "R3.failed-page", "R0.version"],
});

const outcomes: string[] = [];
const recorder = {
  describe: (_name: string, body: () => void) => body(),
  it: (name: string, body: (context: { skip(note?: string): void }) => Promise<void>) =>
    it(`in another runner: ${name}`, async () => {
      outcomes.push(
        await body({ skip: () => {} }).then(
          () => "passed",
          (error: Error) => error.message,
        ),
      );
    }),
};
const lying = defineReader({
  name: "lying",
  version: "latest",
  objects: { nothing: { schema: z.object({ id: integer() }), read: () => [] } },
});
contractTests(lying, { runner: recorder, only: ["R0.version"] });
afterAll(() => {
  expect(outcomes).toEqual([expect.stringContaining('"latest", which is not of the form 1.2.3')]);
});
