import { compilePacker, equalBatches, loadKoffi, unpackRows } from "@dativo/columnar";
import type { ColumnBatch, Json, NativeBatch, ReaderEvent, WriteRequest } from "@dativo/protocol";
import { nativeLedger } from "@dativo/runtime-native";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { fixtureLibrary, hasRust } from "../testing/fixture-libraries.js";
import { errorOf, eventsOf, NativeBench, never, PLACEMENTS } from "../testing/native-bench.js";
import { tables } from "../testing/table-arbitrary.js";

const LIBRARY = fixtureLibrary("v2_plugin");
const READER = `${LIBRARY}:create_reader`;
const WRITER = `${LIBRARY}:create_writer`;

/** The rows of events, with what is native given back. */
function rowsOf(events: readonly ReaderEvent[]): Record<string, unknown>[] {
  return events.flatMap((event) => (event.type === "batch" ? unpackRows(columnsOf(event)) : []));
}

function columnsOf(event: ReaderEvent & { type: "batch" }): ColumnBatch {
  const { data } = event;
  if (data.form === "arrow") return data;
  if (data.form !== "native") throw new Error(`a batch of form ${data.form}`);
  const columns = data.columns();
  data.release();
  return columns;
}

const writing = (data: ColumnBatch | NativeBatch): WriteRequest => ({
  data,
  schema: data.schema,
  fileCounter: 0,
  token: "t",
});

const people = compilePacker({
  fields: [
    { name: "id", type: { kind: "integer" } },
    { name: "name", type: { kind: "string" } },
  ],
}).pack([{ id: 1, name: "Ada" }, { id: 2, name: null }, { id: 3 }]).batch;

/** What the fixture handed over and did not get back. */
function live(): { arrays: number; schemas: number; buffers: number; instances: number } {
  const count = loadKoffi().load(LIBRARY).func("int64 live(uint32)");
  const [arrays, schemas, buffers, instances] = [0, 1, 2, 3].map((what) => Number(count(what)));
  return { arrays, schemas, buffers, instances } as ReturnType<typeof live>;
}

const NOTHING = { arrays: 0, schemas: 0, buffers: 0, instances: 0 };

function expectBalanced(): void {
  for (const [kind, { taken, released }] of Object.entries(nativeLedger()))
    if (kind !== "strings") expect(released, kind).toBe(taken);
  expect(live()).toEqual(NOTHING);
}

describe.skipIf(!hasRust).each(PLACEMENTS)("ABI v2, %s (skipped without rustc)", (kind) => {
  let bench: NativeBench;
  beforeEach(() => {
    bench = new NativeBench({ kind, callTimeoutSeconds: 30 });
  });

  it("says what it is", async () => {
    expect((await bench.load(READER)).spec).toEqual({
      name: "fixture",
      kind: "reader",
      version: "1.2.3",
      api: 1,
      idempotentCommit: true,
      yields: kind === "in_process" ? ["native", "arrow"] : ["arrow"],
    });
    expect((await bench.load(`${LIBRARY}:default`, "writer")).spec).toMatchObject({
      kind: "writer",
      accepts: kind === "in_process" ? ["native", "arrow"] : ["arrow"],
    });
    expect((await errorOf(bench.load(`${LIBRARY}:create`))).code).toBe("PLUGIN_EXPORT_NOT_FOUND");
  });

  it("carries positions of 64 bits there and back", async () => {
    const reader = await bench.reader({ case: "position", total: 2 }, READER);
    const positions = async (state: Json) =>
      (await eventsOf(reader, { state: { items: state } })).flatMap((event) =>
        event.type === "checkpoint" ? [event.state] : [],
      );
    const [largest] = await positions(null);
    expect(largest).toEqual({ id: { $dativo: "bigint", value: "18446744073709551615" } });
    const snowflake = { id: { $dativo: "bigint", value: "9007199254740993" } };
    expect(await positions(snowflake)).toEqual([snowflake]);
    expect(await positions({ id: 7 })).toEqual([{ id: 7 }]);
  });

  it("takes positions that come with their batches", async () => {
    const events = await eventsOf(await bench.reader({ case: "batch_states", total: 2 }, READER));
    expect(events.map(({ type }) => type)).toEqual([
      "object",
      "batch",
      "checkpoint",
      "batch",
      "checkpoint",
      "end",
    ]);
    expect(events[4]).toEqual({
      type: "checkpoint",
      object: "items",
      state: { id: { $dativo: "bigint", value: "18446744073709551614" } },
    });
    expect(rowsOf(events).length).toBe(8);
  });

  it("answers check, discover and estimate", async () => {
    const reader = await bench.reader({ total: 5, rows: 7 }, READER);
    expect(await reader.check(never)).toEqual({ success: true, message: "fine" });
    expect((await reader.discover(never)).objects).toEqual([{ name: "items", type: "table" }]);
    expect(await reader.estimate({ objects: [], state: {} }, never)).toBe(35);
  });

  it("asks for partitions, from positions with all their digits", async () => {
    const reader = await bench.reader({}, READER);
    const state = { items: { partitions: { all: { $dativo: "bigint", value: "9007199254740993" } } } };
    const partitions = await reader.partitions?.({ objects: ["items"], state, count: 8 }, never);
    const asked = '{"objects":["items"],"state":{"items":{"partitions":{"all":9007199254740993}}},"count":8}';
    expect(partitions).toEqual([{ object: "items", id: "all", params: { asked } }]);
  });

  it.each(["count", "int32", "unknown_nulls"])("reads columns: %s", async (name) => {
    const events = await eventsOf(await bench.reader({ case: name }, READER));
    expect(events.map(({ type }) => type)).toEqual(["object", "batch", "batch", "batch", "end"]);
    expect(events[0]).toEqual({ type: "object", object: { name: "items", incremental: true } });
    expect(events[1]).toMatchObject({ filtered: 2, deduplicated: 1 });
    const [batch] = events.filter((event) => event.type === "batch");
    const form = kind === "in_process" && name !== "int32" ? "native" : "arrow";
    expect(batch?.data.form).toBe(form);
    if (batch?.data.form === "native") {
      expect(batch.data.nullCounts).toEqual([0, 1]);
      expect(batch.data.byteSize).toBe(columnsOf(batch).byteSize);
    }
    expect(rowsOf(events)).toEqual(
      Array.from({ length: 12 }, (_, id) => ({ id, name: id % 4 === 3 ? null : `näme ${id}` })),
    );
  });

  it("reads batches that are a part of larger ones", async () => {
    const rows = rowsOf(await eventsOf(await bench.reader({ case: "sliced" }, READER)));
    expect(rows.map(({ id }) => id)).toEqual([1, 2, 3, 5, 6, 7, 9, 10, 11]);
  });

  it("passes log records on", async () => {
    rowsOf(await eventsOf(await bench.reader({}, READER)));
    expect(bench.logs).toContainEqual({
      level: "info",
      source: "fixture",
      message: "opened",
      fields: { part: 7 },
    });
    expect(bench.messages).toContain("batch 2");
  });

  it("writes columns, and counts what it was given", async () => {
    const writer = await bench.writer({ case: "keep" }, WRITER);
    expect(await writer.write(writing(people), never)).toEqual({ files: [] });
    expect(await writer.write(writing(people), never)).toEqual({ files: [] });
    const { files } = await writer.flush("t", never);
    expect(files).toEqual([{ path: "receipt", record_count: 6 }]);
    const commit = { files, token: "t", final: true, schema: people.schema };
    expect(await writer.commit(commit, never)).toEqual({ status: "success", files_added: 1 });
    await writer.abort({ scope: "run", runId: "r" }, never);
  });

  it.each([
    ["refused", "AUTHENTICATION_FAILED", 'Plugin "fixture" failed in open: the key is wrong'],
    ["no_instance", "ABI_VIOLATION", "open said that it succeeded, and gave no instance"],
  ])("cannot be opened: %s", async (name, code, message) => {
    const error = await errorOf(bench.reader({ case: name }, READER));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    if (name === "refused") expect(error).toMatchObject({ hint: "Renew the key.", details: { tries: 3 } });
  });

  it.each([
    ["error", "RATE_LIMIT_EXCEEDED", "slow down"],
    ["bad_error", "ABI_VIOLATION", "next answered with something that is not JSON"],
    ["bad_kind", "ABI_VIOLATION", "next handed over an event of the unknown kind 77"],
    ["bad_header", "ABI_VIOLATION", "next answered with something that is not JSON"],
    ["no_schema", "ABI_VIOLATION", 'next handed over the first batch of "items" without its schema'],
    ["no_array", "ABI_VIOLATION", "next handed over a batch without an array"],
    [
      "invalid_utf8",
      "ABI_VIOLATION",
      'The column "name" holds a text that is not UTF-8, in record 2 of its batch',
    ],
    ["int32_invalid_utf8", "ABI_VIOLATION", 'The column "name" holds a text that is not UTF-8, in record 2'],
    ["split_character", "ABI_VIOLATION", 'The column "name" holds a text that is not UTF-8, in record 0'],
    ["unsupported", "TYPE_UNSUPPORTED", "has no counterpart"],
  ])("a reader that fails: %s", async (name, code, message) => {
    const error = await errorOf(eventsOf(await bench.reader({ case: name }, READER)));
    expect(error.code).toBe(code);
    expect(error.message).toContain('Plugin "fixture" failed in extract: ');
    expect(error.message).toContain(message);
    if (name === "error") expect(error).toMatchObject({ retryable: true, retryAfterSeconds: 3 });
  });

  it("tells a plugin that is cancelled to stop", async () => {
    const reader = await bench.reader({ case: "until_cancelled" }, READER);
    const cancelled = new AbortController();
    setTimeout(() => cancelled.abort(), 300);
    const started = Date.now();
    expect((await errorOf(eventsOf(reader, {}, cancelled.signal))).code).toBe("INTERRUPTED");
    expect(Date.now() - started).toBeLessThan(2500);
  });

  it("survives nothing less than the process: a crash is told", async () => {
    if (kind === "in_process") return;
    const error = await errorOf(eventsOf(await bench.reader({ case: "segfault" }, READER)));
    expect(error.message).toContain('The process of plugin "fixture" was ended by SIGSEGV during extract');
  });
});

describe.skipIf(!hasRust)("what crosses the border of ABI v2 (skipped without rustc)", () => {
  const bench = () => new NativeBench({ kind: "in_process", callTimeoutSeconds: 30 });

  it("comes back as it was, whatever the types", async () => {
    let mirror = 0;
    await fc.assert(
      fc.asyncProperty(tables, async ({ schema, batches }) => {
        mirror += 1;
        const own = bench();
        const config = { case: "mirror", mirror: `m${mirror}` };
        const packer = compilePacker(schema);
        const given = batches.map((rows) => {
          const packed = packer.pack(rows);
          expect(packed.rejected).toEqual([]);
          return packed.batch;
        });
        const writer = await own.writer(config, WRITER);
        for (const batch of given) await writer.write(writing(batch), never);
        // Rust → here → Rust, by pointer, and once more.
        const again = await own.writer({ case: "mirror", mirror: `${config.mirror}b` }, WRITER);
        for (const event of await eventsOf(await own.reader(config, READER)))
          if (event.type === "batch") {
            expect(event.data.form).toBe("native");
            await again.write(writing(event.data as NativeBatch), never);
            (event.data as NativeBatch).release();
          }
        await writer.close();
        const returned = (
          await eventsOf(await own.reader({ ...config, mirror: `${config.mirror}b` }, READER))
        ).filter((event) => event.type === "batch");
        expect(returned).toHaveLength(given.length);
        for (const [index, event] of returned.entries()) {
          const expected = given[index] as ColumnBatch;
          const { nullCounts } = event.data as NativeBatch;
          expect(nullCounts).toEqual(expected.columns.map(({ nullCount }) => nullCount));
          const columns = columnsOf(event);
          expect(columns.schema).toEqual(expected.schema);
          expect(equalBatches(columns, expected)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("is given back exactly once, whatever becomes of it, over 10 000 batches", async () => {
    const own = bench();
    const reader = await own.reader({ total: 4000, rows: 50 }, READER);
    const keeping = await own.writer({ case: "keep" }, WRITER);
    const failing = await own.writer({ case: "not_moved" }, WRITER);
    let batches = 0;
    // Success: handed on, copied, and kept beyond the call.
    for await (const event of reader.extract({ objects: ["items"], state: {} }, never)) {
      if (event.type !== "batch" || event.data.form !== "native") continue;
      batches += 1;
      if (batches % 3 === 0) await keeping.write(writing(event.data), never);
      else if (batches % 3 === 1) event.data.columns();
      else await errorOf(failing.write(writing(event.data), never));
      if (batches % 500 === 0) await keeping.flush("t", never);
      event.data.release();
    }
    await keeping.close();
    await failing.close();
    // Error, cancellation, and batches that nobody looks at.
    for (const name of ["error", "bad_header", "count", "count"])
      for (let round = 0; round < 500; round += 1) {
        const other = await own.reader({ case: name, total: 5 }, READER);
        const stop = new AbortController();
        try {
          for await (const event of other.extract({ objects: ["items"], state: {} }, stop.signal)) {
            if (event.type === "batch") batches += 1;
            if (round % 2 === 0 && event.type === "batch") break;
            if (round % 4 === 1 && event.type === "batch") stop.abort();
          }
        } catch {
          // the errors are what this is about
        }
        await other.close();
      }
    await reader.close();
    expect(batches).toBeGreaterThan(6000);
    const made = Number(loadKoffi().load(LIBRARY).func("int64 live(uint32)")(4));
    expect(made).toBeGreaterThan(10_000);
    expectBalanced();
  });

  it("leaves the memory of the process flat", async () => {
    const own = bench();
    const read = async () => {
      const reader = await own.reader({ total: 2000, rows: 5000 }, READER);
      for await (const event of reader.extract({ objects: ["items"], state: {} }, never))
        if (event.type === "batch" && event.data.form === "native") event.data.release();
      await reader.close();
    };
    await read();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 4; round += 1) await read();
    // 8 000 batches of 140 kB were read meanwhile.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(64);
    expectBalanced();
  });
});
