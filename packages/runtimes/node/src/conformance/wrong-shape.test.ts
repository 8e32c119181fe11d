import { describe, expect, it } from "vitest";
import { BEGIN, batch, END, inBothPlacements, oneOf } from "../testing/both-placements.js";
import { EVERYTHING, errorOf, eventsOf, never } from "../testing/plugin-bench.js";
import { readerFile } from "../testing/plugin-project.js";

inBothPlacements("A plugin", (kit) => {
  describe("that returns the wrong shape", () => {
    it("from a reader's calls is told what was expected", async () => {
      const cases = [
        ["check", 'return "yes" as any;', "a connection test result, got a string"],
        ["check", "return undefined as any;", "got undefined"],
        ["check", 'return { success: "yes", message: "" } as any;', "success: "],
        ["discover", "return { objects: [{ name: 7 }], metadata: {} } as any;", "objects.0.name"],
        ["discover", "return [] as any;", "got an array of 0"],
        ["estimate", 'return "many" as any;', "a number from 0, or null, got a string"],
        ["partitions", 'return [{ object: "items", id: "" }] as any;', "a list of partitions (0.id"],
        ["partitions", "return {} as any;", "a list of partitions"],
        ["estimate", "return -1 as any;", "a number from 0, or null, got a number"],
      ] as const;
      const body = oneOf(cases.map(([, text]) => text));
      const bench = kit.bench(readerFile({ check: body, discover: body, estimate: body, partitions: body }));
      const plugin = await bench.load("plugin.ts:Reader");
      for (const [index, [call, , text]] of cases.entries()) {
        const reader = await bench.openReader(plugin, { case: String(index) });
        const work = {
          check: () => reader.check(never),
          discover: () => reader.discover(never),
          estimate: () => reader.estimate(EVERYTHING, never),
          partitions: async () => reader.partitions?.({ ...EVERYTHING, count: 2 }, never),
        };
        const error = await errorOf(work[call]());
        expect(error).toMatchObject({ code: "PLUGIN_WRONG_SHAPE", details: { plugin: "sample", call } });
        expect(error.message).toContain(text);
      }
    });

    it("from a writer's calls is told what was expected", async () => {
      const { writer } = await kit.writer({
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
      const bench = kit.bench(readerFile({ extract: oneOf(cases.map(([body]) => body)) }));
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
      const { reader } = await kit.reader({
        open: "return { check() {}, discover() {}, estimate() {}, close() {}, extract: () => 7 };",
      });
      expect((await errorOf(eventsOf(reader))).message).toContain(
        "expected an async iterable of reader events, got a number",
      );
    });

    it("in open is told which methods are missing", async () => {
      const bench = kit.bench(readerFile({ open: "return { check() {} };" }));
      expect((await errorOf(bench.reader())).message).toContain(
        "with the methods discover, estimate, extract, close, got an object with check",
      );
    });

    it("by never ending an object is told that its records are not complete", async () => {
      const { reader } = await kit.reader({ extract: `${BEGIN} ${batch("[{}]")}` });
      expect(await errorOf(eventsOf(reader))).toMatchObject({
        code: "UNEXPECTED_END",
        retryable: true,
        details: { objects: ["items"] },
      });
    });

    it("by being of the other kind is told so", async () => {
      const bench = kit.bench(readerFile());
      const error = await errorOf(bench.writer("plugin.ts:Reader"));
      expect(error).toMatchObject({ code: "PLUGIN_INVALID" });
      expect(error.message).toBe('Plugin "sample" is a reader, and is used as a writer.');
    });
  });
});
