import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { BEGIN, inBothPlacements } from "../testing/both-placements.js";
import { EVERYTHING, errorOf, eventsOf, never, PluginBench } from "../testing/plugin-bench.js";
import { PluginProject, readerFile } from "../testing/plugin-project.js";

inBothPlacements("A plugin", (kit) => {
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
      const bench = kit.bench(readerFile({ check: `${body} return null;`, extract: `${BEGIN} ${body}` }));
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
      const reader = await new PluginBench(project, { kind: kit.kind }).reader();
      const error = await errorOf(reader.check(never));
      expect(error.details.at).toBe(`${project.root}/fail.ts:5:9`);
      expect(error.message).toContain("fail.ts:5:9");
    });

    it("keeps the code, hint and details of an error that has them", async () => {
      const { bench, reader } = await kit.reader({
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
      const { reader } = await kit.reader({
        check: `await fetch("http://127.0.0.1:${port}/"); return { success: true, message: "" };`,
      });
      expect(await errorOf(reader.check(never))).toMatchObject({
        code: "CONNECTION_FAILED",
        retryable: true,
      });
    });

    it("says that a source file is missing", async () => {
      const { reader } = await kit.reader({
        check: 'await import("node:fs/promises").then((fs) => fs.readFile("/no/such")); return null;',
      });
      expect(await errorOf(reader.check(never))).toMatchObject({
        code: "SOURCE_UNREADABLE",
        retryable: false,
      });
    });

    it.runIf(process.platform === "linux")("says that the target is full", async () => {
      const { writer } = await kit.writer({
        flush: '(await import("node:fs")).writeFileSync("/dev/full", "x"); return { files: [] };',
      });
      expect(await errorOf(writer.flush("t", never))).toMatchObject({ code: "TARGET_FULL", retryable: true });
    });

    it.each([
      ["a timer", 'setTimeout(() => { throw new Error("stray") }, 5); await sleep(5_000);'],
      ["a rejection nobody handles", 'Promise.reject(new Error("stray")); await sleep(5_000);'],
      ["a microtask", 'queueMicrotask(() => { throw new Error("stray") }); await sleep(5_000);'],
      [
        "an event",
        'setImmediate(() => new (class extends EventTarget {})() && process.nextTick(() => { throw new Error("stray") })); await sleep(5_000);',
      ],
    ])("in %s fails the call that is under way", async (_, body) => {
      const { reader } = await kit.reader({ check: `${body} return { success: true, message: "" };` });
      const error = await errorOf(reader.check(never));
      expect(error.message).toContain('Plugin "sample" failed in check: stray');
    });

    it("between two calls fails the next one", async () => {
      const { reader } = await kit.reader({
        check: 'setTimeout(() => { throw "stray" }, 5); return { success: true, message: "" };',
        estimate: "await sleep(100); return 1;",
      });
      await reader.check(never);
      const error = await errorOf(reader.estimate(EVERYTHING, never));
      expect(error.message).toContain('Plugin "sample" failed in check: stray');
    });

    it("while it is being closed fails the closing", async () => {
      const { reader } = await kit.reader({
        close: 'setTimeout(() => { throw "stray" }, 5); await sleep(5_000);',
      });
      expect((await errorOf(reader.close())).message).toContain('Plugin "sample" failed in close: stray');
    });

    it("after its last call is logged", async () => {
      const { bench, reader } = await kit.reader({
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
      const { reader } = await kit.reader({ check: `${body} return { success: true, message: "" };` });
      const error = await errorOf(reader.check(never));
      expect(error.code).toBe("PLUGIN_ERROR");
      expect(error.message).toContain('Plugin "sample" failed in check: it called process.exit(3)');
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
      expect(await errorOf(new PluginBench(project, { kind: kit.kind }).load(reference))).toMatchObject({
        code,
      });
    });
  });
});
