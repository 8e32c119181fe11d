import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { hasRust } from "../testing/fixture-libraries.js";
import {
  errorOf,
  eventsOf,
  jsonBatch,
  NativeBench,
  never,
  PLACEMENTS,
  recordsOf,
} from "../testing/native-bench.js";

const SCHEMA = { fields: [{ name: "id", type: { kind: "integer" } }] } as const;
const writing = (records: readonly object[], fileCounter = 0) => ({
  data: jsonBatch(records),
  schema: SCHEMA,
  fileCounter,
  token: "t",
});

describe.skipIf(!hasRust).each(PLACEMENTS)("ABI v1, %s (skipped without rustc)", (kind) => {
  let bench: NativeBench;
  beforeEach(() => {
    bench = new NativeBench({ kind, callTimeoutSeconds: 30 });
  });

  it("reads to the null pointer, and to an empty array", async () => {
    for (const name of ["rows", "empty_array"]) {
      const events = await eventsOf(await bench.reader({ case: name }));
      expect(events.map(({ type }) => type)).toEqual(["object", "batch", "batch", "batch", "batch", "end"]);
      expect(events[0]).toMatchObject({ object: { name: "items", incremental: false } });
      expect(recordsOf(events)).toEqual(
        Array.from({ length: 10 }, (_, id) => ({ id, name: `record ${id}` })),
      );
    }
  });

  it.each([["null"], [" [  ] "]])("takes %j for the end", async (literal) => {
    const events = await eventsOf(await bench.reader({ case: "literal", literal }));
    expect(events.map(({ type }) => type)).toEqual(["object", "end"]);
  });

  it("gives the creator of a reader exactly the keys of the ABI", async () => {
    const [record] = recordsOf(await eventsOf(await bench.reader({ case: "config", base: "x" })));
    expect((record as { config: unknown }).config).toEqual({
      type: "custom",
      connection: { case: "config", base: "x" },
      credentials: {},
      objects: ["items"],
      files: [],
      incremental: {},
      engine: {},
    });
  });

  it("keeps integers beyond 2^53, and characters outside ASCII", async () => {
    const literal = "[{'id':9223372036854775807,'name':'naïve \u{1f600}'}]";
    const events = [];
    for await (const event of (await bench.reader({ case: "literal", literal })).extract(
      { objects: ["items"], state: {}, limit: 1 },
      never,
    )) {
      events.push(event);
      if (event.type === "batch") break;
    }
    expect(recordsOf(events)).toEqual([{ id: 9223372036854775807n, name: "naïve \u{1f600}" }]);
  });

  it("reads each object with a reader of its own, and warns when the plugin does not heed objects", async () => {
    const reader = await bench.reader({ case: "rows", total: 2 });
    const events = await eventsOf(reader, { objects: ["a", "b"] });
    expect(
      events.map((event) => `${event.type} ${event.type === "object" ? event.object.name : event.object}`),
    ).toEqual(["object a", "batch a", "end a", "object b", "batch b", "end b"]);
    expect(bench.messages.join("\n")).toContain("The objects a and b begin with the same batch");
  });

  it("writes batches as they are", async () => {
    const writer = await bench.writer();
    const records = [{ id: 1, name: 'é\u0000"' }, { id: 2 }];
    expect(await writer.write(writing(records, 4), never)).toEqual({
      files: [{ path: `${bench.root}/out/asset-4.json`, size_bytes: expect.any(Number) }],
    });
    expect(await writer.flush("t", never)).toEqual({ files: [] });
    const files = [{ path: `${bench.root}/out/asset-4.json` }];
    const commit = { files, token: "t", final: true, schema: SCHEMA };
    expect(await writer.commit(commit, never)).toEqual({ status: "success", files_added: 1 });
    expect(bench.written()).toEqual(records);
    await writer.abort({ scope: "files", files, token: "t" }, never);
    expect(bench.written()).toEqual([]);
  });

  it.each([
    ["null_creator", "create_reader returned null", /connection\.path is missing/],
    ["invalid_utf8", "extract_batch returned a text that is not UTF-8, from byte 13 of 17 on", undefined],
    [
      "invalid_json",
      "extract_batch returned a text that is not JSON, from byte 16 of 16 on",
      /row 7 was cut off/,
    ],
    ["repeat", "extract_batch returned the same text 1000 times in a row", undefined],
  ])("a reader that misbehaves: %s", async (name, message, output) => {
    const error = await errorOf(eventsOf(await bench.reader({ case: name })));
    expect(error.code).toBe(name === "repeat" ? "SOURCE_NOT_ADVANCING" : "ABI_VIOLATION");
    expect(error.message).toContain('Plugin "v1_plugin" failed in extract: ');
    expect(error.message).toContain(message);
    // In this process the text is on the terminal already.
    if (output !== undefined && kind === "child_process") expect(error.message).toMatch(output);
  });

  it.each([
    ["null_creator", "create_writer returned null"],
    ["null_result", "write_batch returned null for a batch with records"],
    ["wrong_result", "write_batch returned something other than an array of file metadata"],
    ["invalid_utf8", "write_batch returned a text that is not UTF-8"],
  ])("a writer that misbehaves: %s", async (name, message) => {
    const error = await errorOf((await bench.writer({ case: name })).write(writing([{ id: 1 }]), never));
    expect(error.code).toBe("ABI_VIOLATION");
    expect(error.message).toContain('Plugin "v1_plugin" failed in write: ');
    expect(error.message).toContain(message);
  });

  it.each([
    ["{'id':1}", "returned a JSON object instead of an array of records"],
    ["7", "returned a single JSON value instead of an array of records"],
  ])("takes nothing but arrays: %s", async (literal, message) => {
    const error = await errorOf(eventsOf(await bench.reader({ case: "literal", literal })));
    expect(error.code).toBe("ABI_VIOLATION");
    expect(error.message).toContain(message);
  });

  it("stops when it is cancelled, after the call that is under way", async () => {
    const reader = await bench.reader({ case: "slow", total: 1000 });
    const cancelled = new AbortController();
    const reading = errorOf(eventsOf(reader, {}, cancelled.signal));
    await sleep(500);
    const started = Date.now();
    cancelled.abort();
    expect((await reading).code).toBe("INTERRUPTED");
    expect(Date.now() - started).toBeLessThan(1500);
  });
});

describe.skipIf(!hasRust)("ABI v1 in a child process (skipped without rustc)", () => {
  const bench = (more: object = {}) =>
    new NativeBench({ kind: "child_process", callTimeoutSeconds: 30, ...more });

  it.each([
    ["panic", /was ended by SIGABRT during extract/, "index 7 out of range"],
    ["panic_in_creator", /was ended by SIGABRT during extract/, "the configuration has no path"],
    ["segfault", /was ended by SIGSEGV during extract/, "about to follow a pointer"],
    // Ending a process from another thread brings V8 to abort, or to trip over what is torn down already.
    ["exit", /was ended by SIG(ABRT|SEGV) during extract/, undefined],
  ])("survives a reader that crashes: %s", async (name, how, output) => {
    const own = bench();
    const error = await errorOf(eventsOf(await own.reader({ case: name })));
    expect(error.code).toBe("PLUGIN_CRASHED");
    expect(error.message).toMatch(/^The process of plugin "v1_plugin" /);
    expect(error.message).toMatch(how);
    if (output !== undefined) expect(error.message).toContain(output);
    expect(recordsOf(await eventsOf(await own.reader({ case: "rows" })))).toHaveLength(10);
  });

  it("survives a writer that crashes", async () => {
    const own = bench();
    const writer = await own.writer({ case: "panic" });
    await writer.write(writing([{ id: 1 }]), never);
    const error = await errorOf(writer.write(writing([{ id: 2 }], 1), never));
    expect(error.code).toBe("PLUGIN_CRASHED");
    expect(error.message).toContain("SIGABRT during write");
    expect(error.message).toContain("index 7 out of range");
  });

  it("ends a reader that hangs", async () => {
    const own = bench({ callTimeoutSeconds: 2 });
    const error = await errorOf(eventsOf(await own.reader({ case: "hang" })));
    expect(error.code).toBe("PLUGIN_TIMEOUT");
    expect(error.message).toContain("it made no progress for 2 s");
  });

  it("ends a reader whose memory grows beyond the limit", async () => {
    const own = bench({ memoryLimitMb: 200 });
    const error = await errorOf(eventsOf(await own.reader({ case: "leak" }), { limit: 1e9 }));
    expect(error.code).toBe("PLUGIN_CRASHED");
    expect(error.message).toMatch(/SIGKILL during extract, out of memory \(it took \d+ MB\)/);
    expect(error.hint).toContain("plugins.sandbox.memory_limit (now 200 MB)");
  });
});
