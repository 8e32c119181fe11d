import { createServer } from "node:net";
import { unpackRows } from "@dativo/columnar";
import type { ReaderEvent } from "@dativo/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVERYTHING, errorOf, eventsOf, never, PLACEMENTS, PluginBench } from "./testing/plugin-bench.js";
import {
  PluginProject,
  type ReaderBodies,
  readerFile,
  type WriterBodies,
  writerFile,
} from "./testing/plugin-project.js";

const BEGIN = 'yield { type: "object", object: { name: "items", incremental: false } };';
const END = 'yield { type: "end", object: "items" };';
const batch = (rows: string) =>
  `yield { type: "batch", object: "items", data: { form: "rows", rows: ${rows} } };`;

// Uncaught errors of plugins must reach the guards alone, not the listeners of the test runner.
const EVENTS = ["uncaughtException", "unhandledRejection"] as const;
const theirs = new Map<string, unknown[]>();
beforeAll(() => {
  for (const event of EVENTS) {
    theirs.set(event, process.listeners(event as "uncaughtException"));
    process.removeAllListeners(event);
  }
});
afterAll(() => {
  for (const event of EVENTS)
    for (const listener of theirs.get(event) ?? [])
      process.on(event, listener as NodeJS.UncaughtExceptionListener);
});

describe.each(PLACEMENTS)("a plugin %s", (kind) => {
  const benchFor = (file: string, callTimeoutSeconds = 20) =>
    new PluginBench(new PluginProject({ "plugin.ts": file }), { kind, callTimeoutSeconds });
  const readerWith = async (bodies: ReaderBodies, callTimeoutSeconds?: number) => {
    const bench = benchFor(readerFile(bodies), callTimeoutSeconds);
    return { bench, reader: await bench.reader() };
  };
  const writerWith = async (bodies: WriterBodies, callTimeoutSeconds?: number) => {
    const bench = benchFor(writerFile(bodies), callTimeoutSeconds);
    return { bench, writer: await bench.writer() };
  };

  describe("that behaves", () => {
    it("answers every reader call", async () => {
      const { reader } = await readerWith({
        check: 'return { success: false, message: "no", error_code: "AUTH_FAILED", details: { tries: 2 } };',
        discover:
          'return { objects: [{ name: "items", type: "table", columns: [{ name: "id", type: "integer" }] }], metadata: { v: 1 } };',
        estimate: "return request.objects.length + request.state.items.at;",
        extract: `${BEGIN} yield { type: "checkpoint", object: "items", state: { at: [1, null] } }; ${END}`,
      });
      expect(await reader.check(never)).toEqual({
        success: false,
        message: "no",
        error_code: "AUTH_FAILED",
        details: { tries: 2 },
      });
      expect((await reader.discover(never)).objects[0]?.columns).toEqual([{ name: "id", type: "integer" }]);
      expect(await reader.estimate({ objects: ["items"], state: { items: { at: 41 } } }, never)).toBe(42);
      expect(await eventsOf(reader)).toEqual([
        { type: "object", object: { name: "items", incremental: false } },
        { type: "checkpoint", object: "items", state: { at: [1, null] } },
        { type: "end", object: "items" },
      ]);
    });

    it("hands over every kind of value unchanged", async () => {
      const rows = `[{ big: 2n ** 60n, at: new Date(5), bytes: new Uint8Array([0, 255]), nan: NaN, minus: -0, none: null,
        list: [1, [2n]], inner: { $dativo: "bigint" }, text: "\\u0000é\\uD83D\\uDE00" }, 7, "text", null]`;
      const { reader } = await readerWith({
        extract: `${BEGIN} yield { type: "batch", object: "items", filtered: 3, deduplicated: 2, data: { form: "rows", rows: ${rows} } }; ${END}`,
      });
      const found = (await eventsOf(reader))[1] as ReaderEvent & { type: "batch" };
      expect(found).toMatchObject({ filtered: 3, deduplicated: 2 });
      expect(found.data.form === "rows" && found.data.rows).toEqual([
        {
          big: 2n ** 60n,
          at: new Date(5),
          bytes: new Uint8Array([0, 255]),
          nan: Number.NaN,
          minus: -0,
          none: null,
          list: [1, [2n]],
          inner: { $dativo: "bigint" },
          text: "\u0000é😀",
        },
        7,
        "text",
        null,
      ]);
    });

    it("hands over columns", async () => {
      const schema = {
        fields: [
          { name: "id", type: { kind: "integer" } },
          { name: "name", type: { kind: "string" }, required: true },
        ],
      };
      const { reader } = await readerWith({
        extract: `${BEGIN} for (let i = 0; i < 9; i++) yield { type: "batch", object: "items", data: { form: "arrow", schema: ${JSON.stringify(schema)}, recordCount: 2, byteSize: 32, columns: [
          { length: 2, nullCount: 1, validity: new Uint8Array([1]), values: new BigInt64Array([2n ** 62n, 0n]) },
          { length: 2, nullCount: 0, offsets: new Int32Array([0, 1, 3]), values: new TextEncoder().encode("abb" + "x".repeat(i)).slice(0, 3) } ] } }; ${END}`,
      });
      const batches = (await eventsOf(reader)).flatMap((event) =>
        event.type === "batch" ? [event.data] : [],
      );
      expect(batches).toHaveLength(9);
      for (const data of batches)
        expect(data.form === "arrow" && unpackRows(data)).toEqual([
          { id: 2n ** 62n, name: "a" },
          { id: null, name: "bb" },
        ]);
    });

    it("hands over a query without its records", async () => {
      const relation =
        '{ form: "relation", sql: "SELECT 1 AS id", setup: ["SET x = 1"], schema: { fields: [{ name: "id", type: { kind: "integer" } }] }, recordCount: 1, rejects: "SELECT 2" }';
      const { reader } = await readerWith({
        extract: `${BEGIN} yield { type: "batch", object: "items", data: ${relation} }; ${END}`,
      });
      expect((await eventsOf(reader))[1]).toEqual({
        type: "batch",
        object: "items",
        data: {
          form: "relation",
          sql: "SELECT 1 AS id",
          setup: ["SET x = 1"],
          schema: { fields: [{ name: "id", type: { kind: "integer" } }] },
          recordCount: 1,
          rejects: "SELECT 2",
        },
      });
    });

    it("gets what it was opened with", async () => {
      const bench = benchFor(
        readerFile({
          open: "const seen = JSON.stringify({ config, defaultObject, run: host.run, projectRoot: host.projectRoot });",
          check: "return { success: true, message: seen };",
        }),
      );
      const reader = await bench.reader("plugin.ts:Reader", { base_url: "x", camelCase: "y" });
      const seen = JSON.parse((await reader.check(never)).message);
      expect(seen).toMatchObject({
        defaultObject: "items",
        run: { id: "run-1", job: "job" },
        projectRoot: bench.project.root,
      });
      expect(seen.config).toMatchObject({ connection: { base_url: "x", camelCase: "y" }, rateLimits: {} });
    });

    it("answers every writer call", async () => {
      const { bench, writer } = await writerWith({
        write: `host.log({ level: "info", message: JSON.stringify([request.token, request.fileCounter, request.schema, String(request.data.rows[0].id), mode, asset.sourceType, config.fileFormat]) });
          return { files: [{ path: "a", record_count: request.data.rows.length, own: { kept: [1] } }], rejected: [{ index: 1, reason: "odd" }] };`,
        flush: "return { files: [{ path: token }] };",
        commit:
          'return { status: "success", files_added: request.files.length, total_records: request.final ? 1 : 0, of: request.token };',
        abort: 'host.log({ level: "info", message: JSON.stringify(request) });',
      });
      const schema = { fields: [{ name: "id", type: { kind: "integer" as const } }] };
      const written = await writer.write(
        { data: { form: "rows", rows: [{ id: 2n ** 60n }, {}] }, schema, fileCounter: 4, token: "t" },
        never,
      );
      expect(written).toEqual({
        files: [{ path: "a", record_count: 2, own: { kept: [1] } }],
        rejected: [{ index: 1, reason: "odd" }],
      });
      expect(await writer.flush("t2", never)).toEqual({ files: [{ path: "t2" }] });
      expect(await writer.commit({ files: written.files, token: "t", final: true, schema }, never)).toEqual({
        status: "success",
        files_added: 1,
        total_records: 1,
        of: "t",
      });
      await writer.abort({ scope: "run", runId: "run-0" }, never);
      expect(bench.messages).toEqual([
        JSON.stringify(["t", 4, schema, "1152921504606846976", "append", "custom", "jsonl"]),
        '{"scope":"run","runId":"run-0"}',
      ]);
    });

    it("is closed once", async () => {
      const { bench, reader } = await readerWith({
        close: 'host.log({ level: "info", message: "closed" });',
      });
      await Promise.all([reader.close(), reader.close()]);
      await reader.close();
      expect(bench.messages).toEqual(["closed"]);
    });
  });

  describe("that prints", () => {
    it("writes log records with its name, a level and no secrets", async () => {
      const { bench, reader } = await readerWith({
        check: `console.log("a %d", 1); console.error("b hunter22"); process.stdout.write("c"); process.stdout.write("d\\ne");
          await sleep(1); console.debug("f"); process.stderr.write("g\\n"); return { success: true, message: "" };`,
      });
      bench.redactor.add("hunter22");
      await reader.check(never);
      await reader.close();
      expect(bench.logs.map(({ level, source, message }) => [level, source, message])).toEqual([
        ["info", "sample", "a 1"],
        ["error", "sample", "b [redacted]"],
        ["info", "sample", "cd"],
        ["debug", "sample", "f"],
        ["warn", "sample", "g"],
        ["info", "sample", "e"],
      ]);
    });

    it("may print megabytes", async () => {
      const { bench, reader } = await readerWith({
        check: `for (let i = 0; i < 100_000; i++) console.log("line", i, "x".repeat(100));
          process.stdout.write("y".repeat(5_000_000) + "\\n"); return { success: true, message: "done" };`,
      });
      expect(await reader.check(never)).toEqual({ success: true, message: "done" });
      await reader.close();
      const omitted = bench.logs.reduce((sum, { fields }) => sum + Number(fields?.omitted ?? 0), 0);
      const shown = bench.logs.filter(({ fields }) => fields?.omitted === undefined);
      expect(shown.length + omitted).toBe(100_001);
      expect(shown.length).toBeLessThan(10_000);
      expect(Math.max(...bench.messages.map((message) => message.length))).toBeLessThan(10_000);
    });
  });

  describe("that throws", () => {
    it("anything at all fails the call, by name", async () => {
      const cases = [
        ['throw "just text"', "just text"],
        ["throw undefined", "undefined was thrown instead of an error"],
        ["throw null", "null was thrown instead of an error"],
        ['throw new RangeError("too far")', "too far"],
        ['class Mine extends Error {} throw new Mine("mine")', "mine"],
        ["throw { message: 'odd' }", "odd"],
      ] as const;
      const body = `switch (Number(config.connection.case)) { ${cases.map(([text], index) => `case ${index}: { ${text} }`).join("\n")} }`;
      const bench = benchFor(readerFile({ check: `${body} return null;`, extract: `${BEGIN} ${body}` }));
      const plugin = await bench.load("plugin.ts:Reader");
      for (const [index, [, text]] of cases.entries()) {
        const reader = await bench.openReader(plugin, { case: String(index) });
        for (const [call, work] of [
          ["check", reader.check(never)],
          ["extract", eventsOf(reader)],
        ] as const) {
          const error = await errorOf(work);
          expect(error).toMatchObject({
            code: "PLUGIN_ERROR",
            retryable: false,
            details: { plugin: "sample", call },
          });
          expect(error.message).toContain(`Plugin "sample" failed in ${call}: ${text}`);
        }
      }
    });

    it("names the place in its source", async () => {
      const project = new PluginProject({
        "plugin.ts": readerFile({ top: 'import { fail } from "./fail.js";', check: "return fail();" }),
        "fail.ts":
          "interface Unused {\n  a: string;\n}\nexport function fail(): never {\n  throw new Error('here');\n}\n",
      });
      const reader = await new PluginBench(project, { kind }).reader();
      const error = await errorOf(reader.check(never));
      expect(error.details.at).toBe(`${project.root}/fail.ts:5:9`);
      expect(error.message).toContain("fail.ts:5:9");
    });

    it("keeps the code, hint and details of an error that has them", async () => {
      const { bench, reader } = await readerWith({
        check: `throw Object.assign(new Error("slow down hunter22"), { [Symbol.for("dativo.error")]: true, code: "RATE_LIMIT_EXCEEDED",
          retryable: true, hint: "wait for hunter22", retryAfterSeconds: 7, details: { limit: 3, key: "hunter22" }, toJSON() {} });`,
      });
      bench.redactor.add("hunter22");
      const error = await errorOf(reader.check(never));
      expect(error).toMatchObject({
        code: "RATE_LIMIT_EXCEEDED",
        retryable: true,
        retryAfterSeconds: 7,
        hint: "wait for [redacted]",
        details: { limit: 3, key: "[redacted]" },
      });
      expect(JSON.stringify(error)).not.toContain("hunter22");
    });

    it("says that nothing answered, when nothing did", async () => {
      const server = createServer().listen(0);
      const { port } = server.address() as { port: number };
      await new Promise((resolve) => server.close(resolve));
      const { reader } = await readerWith({
        check: `await fetch("http://127.0.0.1:${port}/"); return { success: true, message: "" };`,
      });
      expect(await errorOf(reader.check(never))).toMatchObject({
        code: "CONNECTION_FAILED",
        retryable: true,
      });
    });

    it("says that a source file is missing", async () => {
      const { reader } = await readerWith({
        check: 'await import("node:fs/promises").then((fs) => fs.readFile("/no/such")); return null;',
      });
      expect(await errorOf(reader.check(never))).toMatchObject({
        code: "SOURCE_UNREADABLE",
        retryable: false,
      });
    });

    it.runIf(process.platform === "linux")("says that the target is full", async () => {
      const { writer } = await writerWith({
        flush: '(await import("node:fs")).writeFileSync("/dev/full", "x"); return { files: [] };',
      });
      expect(await errorOf(writer.flush("t", never))).toMatchObject({ code: "TARGET_FULL", retryable: true });
    });

    it.each([
      ["a timer", 'setTimeout(() => { throw new Error("stray") }, 5); await sleep(5_000);'],
      ["a rejection nobody handles", 'Promise.reject(new Error("stray")); await sleep(5_000);'],
      [
        "an event",
        'setImmediate(() => new (class extends EventTarget {})() && process.nextTick(() => { throw new Error("stray") })); await sleep(5_000);',
      ],
    ])("in %s fails the call that is under way", async (_, body) => {
      const { reader } = await readerWith({ check: `${body} return { success: true, message: "" };` });
      const error = await errorOf(reader.check(never));
      expect(error.message).toContain('Plugin "sample" failed in check: stray');
    });

    it("between two calls fails the next one", async () => {
      const { reader } = await readerWith({
        check: 'setTimeout(() => { throw "stray" }, 5); return { success: true, message: "" };',
        estimate: "await sleep(100); return 1;",
      });
      await reader.check(never);
      const error = await errorOf(reader.estimate(EVERYTHING, never));
      expect(error.message).toContain('Plugin "sample" failed in check: stray');
    });

    it("while it is being closed fails the closing", async () => {
      const { reader } = await readerWith({
        close: 'setTimeout(() => { throw "stray" }, 5); await sleep(5_000);',
      });
      expect((await errorOf(reader.close())).message).toContain('Plugin "sample" failed in close: stray');
    });

    it("after its last call is logged", async () => {
      const { bench, reader } = await readerWith({
        check: 'setTimeout(() => { throw "stray" }, 5); return { success: true, message: "" };',
      });
      await reader.check(never);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await reader.close();
      expect(bench.logs).toContainEqual(
        expect.objectContaining({ level: "error", message: 'Plugin "sample" failed in check: stray' }),
      );
    });
  });

  describe("that calls process.exit", () => {
    it.each([
      ["plainly", "process.exit(3);"],
      ["and hides it", "try { process.exit(3); } catch {}"],
    ])("%s fails the call", async (_, body) => {
      const { reader } = await readerWith({ check: `${body} return { success: true, message: "" };` });
      const error = await errorOf(reader.check(never));
      expect(error.code).toBe("PLUGIN_ERROR");
      expect(error.message).toContain('Plugin "sample" failed in check: it called process.exit(3)');
    });
  });

  describe("that returns the wrong shape", () => {
    /** One plugin with many ways to be wrong, chosen by its configuration. */
    const oneOf = (bodies: readonly string[]) =>
      `switch (Number(config.connection.case)) { ${bodies.map((body, index) => `case ${index}: { ${body} break; }`).join("\n")} }`;

    it("from a reader's calls is told what was expected", async () => {
      const cases = [
        ["check", 'return "yes" as any;', "a connection test result, got a string"],
        ["check", "return undefined as any;", "got undefined"],
        ["check", 'return { success: "yes", message: "" } as any;', "success: "],
        ["discover", "return { objects: [{ name: 7 }], metadata: {} } as any;", "objects.0.name"],
        ["discover", "return [] as any;", "got an array of 0"],
        ["estimate", 'return "many" as any;', "a number from 0, or null, got a string"],
        ["estimate", "return -1 as any;", "a number from 0, or null, got a number"],
      ] as const;
      const body = oneOf(cases.map(([, text]) => text));
      const bench = benchFor(readerFile({ check: body, discover: body, estimate: body }));
      const plugin = await bench.load("plugin.ts:Reader");
      for (const [index, [call, , text]] of cases.entries()) {
        const reader = await bench.openReader(plugin, { case: String(index) });
        const work = {
          check: () => reader.check(never),
          discover: () => reader.discover(never),
          estimate: () => reader.estimate(EVERYTHING, never),
        };
        const error = await errorOf(work[call]());
        expect(error).toMatchObject({ code: "PLUGIN_WRONG_SHAPE", details: { plugin: "sample", call } });
        expect(error.message).toContain(text);
      }
    });

    it("from a writer's calls is told what was expected", async () => {
      const { writer } = await writerWith({
        write: `return [[] , { files: [{ path: "a", record_count: -1 }] }, { files: [], rejected: [{ index: "x" }] }][request.fileCounter] as any;`,
        flush: "return undefined as any;",
        commit: 'return { status: "success" } as any;',
      });
      const schema = { fields: [] };
      const write = (fileCounter: number) =>
        writer.write({ data: { form: "rows", rows: [] }, schema, fileCounter, token: "t" }, never);
      for (const [call, work] of [
        ["write", () => write(0)],
        ["write", () => write(1)],
        ["write", () => write(2)],
        ["flush", () => writer.flush("t", never)],
        ["commit", () => writer.commit({ files: [], token: "t", final: true, schema }, never)],
      ] as const)
        expect(await errorOf(work())).toMatchObject({
          code: "PLUGIN_WRONG_SHAPE",
          details: { plugin: "sample", call },
        });
    });

    it("in the events of extract is told what was expected", async () => {
      const cases = [
        ["yield 7 as any;", "a reader event, got a number"],
        ['yield { type: "rows" };', "an event of type"],
        ['yield { type: "object", object: {} };', "{ name, incremental }"],
        [batch("[]"), 'an "object" event for "items" first'],
        [`${BEGIN} ${BEGIN}`, "a second one"],
        [`${BEGIN} ${batch('"text"')}`, 'an array of rows for "items", got a string'],
        [`${BEGIN} yield { type: "batch", object: "items", data: { form: "csv" } };`, "batch data of form"],
        [
          `${BEGIN} yield { type: "batch", object: "items", filtered: -1, data: { form: "rows", rows: [] } };`,
          "filtered as a whole number",
        ],
        [
          `${BEGIN} yield { type: "checkpoint", object: "items", state: { a: [1n] } };`,
          "(state.a[0]), got a bigint",
        ],
        [`${BEGIN} yield { type: "checkpoint", object: "items", state: new Date() };`, "(state), got a Date"],
        [
          `${BEGIN} const s: any = {}; s.s = s; yield { type: "checkpoint", object: "items", state: s };`,
          "contains itself",
        ],
        [`${BEGIN} ${END} ${batch("[]")}`, 'nothing after the "end" of "items"'],
      ] as const;
      const bench = benchFor(readerFile({ extract: oneOf(cases.map(([body]) => body)) }));
      const plugin = await bench.load("plugin.ts:Reader");
      for (const [index, [, text]] of cases.entries()) {
        const error = await errorOf(eventsOf(await bench.openReader(plugin, { case: String(index) })));
        expect(error).toMatchObject({
          code: "PLUGIN_WRONG_SHAPE",
          details: { plugin: "sample", call: "extract" },
        });
        expect(error.message).toContain(text);
      }
    });

    it("in extract (nothing to iterate) is told what was expected", async () => {
      const { reader } = await readerWith({
        open: "return { check() {}, discover() {}, estimate() {}, close() {}, extract: () => 7 };",
      });
      expect((await errorOf(eventsOf(reader))).message).toContain(
        "expected an async iterable of reader events, got a number",
      );
    });

    it("in open is told which methods are missing", async () => {
      const bench = benchFor(readerFile({ open: "return { check() {} };" }));
      expect((await errorOf(bench.reader())).message).toContain(
        "with the methods discover, estimate, extract, close, got an object with check",
      );
    });

    it("by never ending an object is told that its records are not complete", async () => {
      const { reader } = await readerWith({ extract: `${BEGIN} ${batch("[{}]")}` });
      expect(await errorOf(eventsOf(reader))).toMatchObject({
        code: "UNEXPECTED_END",
        retryable: true,
        details: { objects: ["items"] },
      });
    });

    it("by being of the other kind is told so", async () => {
      const bench = benchFor(readerFile());
      const error = await errorOf(bench.writer("plugin.ts:Reader"));
      expect(error).toMatchObject({ code: "PLUGIN_INVALID" });
      expect(error.message).toBe('Plugin "sample" is a reader, and is used as a writer.');
    });
  });

  describe("that never settles", () => {
    const forever = "await new Promise(() => {}); return undefined as any;";
    const seconds = 2;
    const timeout = (call: string) => ({
      code: "PLUGIN_TIMEOUT",
      retryable: true,
      details: { plugin: "sample", call },
    });

    it("in a reader's calls is given up", async () => {
      await Promise.all(
        (["check", "discover", "estimate", "extract", "close"] as const).map(async (call) => {
          const { reader } = await readerWith(
            { [call]: call === "extract" ? `${BEGIN} ${forever}` : forever },
            seconds,
          );
          const calls: Record<typeof call, () => Promise<unknown>> = {
            check: () => reader.check(never),
            discover: () => reader.discover(never),
            estimate: () => reader.estimate(EVERYTHING, never),
            extract: () => eventsOf(reader),
            close: () => reader.close(),
          };
          expect(await errorOf(calls[call]())).toMatchObject(timeout(call));
        }),
      );
    });

    it("in a writer's calls is given up", async () => {
      await Promise.all(
        (["write", "flush", "commit", "abort"] as const).map(async (call) => {
          const { writer } = await writerWith({ [call]: forever }, seconds);
          const schema = { fields: [] };
          const calls: Record<typeof call, () => Promise<unknown>> = {
            write: () =>
              writer.write({ data: { form: "rows", rows: [] }, schema, fileCounter: 0, token: "t" }, never),
            flush: () => writer.flush("t", never),
            commit: () => writer.commit({ files: [], token: "t", final: true, schema }, never),
            abort: () => writer.abort({ scope: "run", runId: "r" }, never),
          };
          expect(await errorOf(calls[call]())).toMatchObject(timeout(call));
        }),
      );
    });

    it("before it is open is given up", async () => {
      const [opened, loaded] = await Promise.all([
        errorOf(benchFor(readerFile({ open: forever }), seconds).reader()),
        errorOf(
          benchFor(readerFile({ top: "await new Promise(() => {});" }), seconds).load("plugin.ts:Reader"),
        ),
      ]);
      expect(opened).toMatchObject(timeout("open"));
      expect(loaded).toMatchObject({ code: "PLUGIN_TIMEOUT", details: { call: "load" } });
    });

    it("in one object is not given up while it yields", async () => {
      const { reader } = await readerWith(
        { extract: `${BEGIN} for (let i = 0; i < 4; i++) { await sleep(700); ${batch("[{}]")} } ${END}` },
        seconds,
      );
      expect(await eventsOf(reader)).toHaveLength(6);
    });
  });

  describe("that is cancelled", () => {
    it("and stops is interrupted", async () => {
      const { reader } = await readerWith({
        check:
          'await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")))); return null;',
      });
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 50);
      expect(await errorOf(reader.check(cancel.signal))).toMatchObject({
        code: "INTERRUPTED",
        details: { call: "check" },
      });
    });

    it("and does not stop is given up after a second", async () => {
      const { reader } = await readerWith({ extract: `${BEGIN} for (;;) { await sleep(60_000); }` });
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 50);
      expect(await errorOf(eventsOf(reader, cancel.signal))).toMatchObject({ code: "INTERRUPTED" });
    });

    it("and ends early without a word is not taken for complete", async () => {
      const { reader } = await readerWith({ extract: `${BEGIN} while (!signal.aborted) await sleep(5);` });
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 50);
      expect(await errorOf(eventsOf(reader, cancel.signal))).toMatchObject({ code: "INTERRUPTED" });
    });

    it("hears of it through its host", async () => {
      const { bench, reader } = await readerWith({
        check:
          'await new Promise<void>((resolve) => host.signal.addEventListener("abort", () => resolve())); return { success: true, message: "heard" };',
      });
      setTimeout(() => bench.run.abort(), 50);
      expect(await reader.check(never)).toEqual({ success: true, message: "heard" });
    });

    it("by closing it ends what is under way", async () => {
      const { reader } = await readerWith({
        check:
          'await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")))); return null;',
      });
      const checking = errorOf(reader.check(never));
      await reader.close();
      expect(await checking).toMatchObject({ code: "INTERRUPTED" });
    });
  });

  describe("that yields for ever", () => {
    const endless = {
      extract: `${BEGIN} try { for (let i = 0; ; i++) { host.log({ level: "info", message: "batch " + i }); ${batch("[{ i }]")} } }
        finally { host.log({ level: "info", message: "stopped" }); }`,
    };

    it("waits for whoever reads it", async () => {
      const { bench, reader } = await readerWith(endless);
      const taken: ReaderEvent[] = [];
      for await (const event of reader.extract(EVERYTHING, never)) {
        taken.push(event);
        if (taken.length === 6) {
          await new Promise((resolve) => setTimeout(resolve, 300));
          break;
        }
      }
      // Five batches taken, at most two more under way, and one being made.
      const made = bench.messages.filter((message) => message.startsWith("batch")).length;
      expect(made).toBeGreaterThanOrEqual(5);
      expect(made).toBeLessThanOrEqual(8);
    });

    it("runs its finally blocks when the reading stops", async () => {
      const { bench, reader } = await readerWith(endless);
      for await (const event of reader.extract(EVERYTHING, never)) if (event.type === "batch") break;
      expect(bench.messages).toContain("stopped");
      // And it can be read again.
      for await (const event of reader.extract(EVERYTHING, never)) if (event.type === "batch") break;
    });

    it("may empty its array after each yield", async () => {
      const { reader } = await readerWith({
        extract: `${BEGIN} const rows: any[] = []; for (let i = 0; i < 3; i++) { rows.push({ i }); ${batch("rows")} rows.length = 0; } ${END}`,
      });
      const events = await eventsOf(reader);
      expect(
        events.flatMap((event) =>
          event.type === "batch" && event.data.form === "rows" ? event.data.rows : [],
        ),
      ).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }]);
    });
  });

  describe("that cannot be loaded", () => {
    it.each([
      ["missing.ts:Reader", "PLUGIN_NOT_FOUND"],
      ["plugin.ts:Reeder", "PLUGIN_EXPORT_NOT_FOUND"],
      ["plain.ts:Plain", "PLUGIN_INVALID"],
      ["newer.ts:Reader", "PLUGIN_VERSION_INCOMPATIBLE"],
      ["broken.ts:Reader", "PLUGIN_LOAD_FAILED"],
      ["throws.ts:Reader", "PLUGIN_LOAD_FAILED"],
    ])("(%s) fails with %s", async (reference, code) => {
      const project = new PluginProject({
        "plugin.ts": readerFile(),
        "plain.ts": "export class Plain { async *extract() {} }",
        "newer.ts": readerFile({ spec: "api: 99" }),
        "broken.ts": "export const Reader = = 1;",
        "throws.ts": 'export const Reader = 1;\nthrow new Error("at import");',
      });
      expect(await errorOf(new PluginBench(project, { kind }).load(reference))).toMatchObject({ code });
    });
  });

  it("and another can work at the same time", async () => {
    const project = new PluginProject({
      "plugin.ts": readerFile({
        check:
          'console.log("one"); await sleep(20); console.log("one"); return { success: true, message: "1" };',
      }),
      "other.ts": readerFile({
        check: 'console.log("two"); await sleep(10); throw new Error("two failed");',
      }),
    });
    const bench = new PluginBench(project, { kind });
    const [first, second] = await Promise.all([bench.reader(), bench.reader("other.ts:Reader")]);
    const [one, two] = await Promise.all([first.check(never), errorOf(second.check(never))]);
    expect(one.message).toBe("1");
    expect(two.message).toContain("two failed");
    expect(bench.messages.sort()).toEqual(["one", "one", "two"]);
  });
});
