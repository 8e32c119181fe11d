import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { answer, benchFor, says } from "../testing/in-process.js";
import { errorOf } from "../testing/plugin-bench.js";
import { readerFile } from "../testing/plugin-project.js";

describe("an error of a plugin that cannot be loaded", () => {
  it("lists where a missing file was looked for and what is there", async () => {
    const bench = benchFor({
      "plugins/usgs_reader.ts": "",
      "plugins/other.py": "",
      "plugins/types.d.ts": "",
    });
    const error = await errorOf(bench.load("plugins/usgs_raeder.ts:Reader"));
    expect(error).toMatchObject({
      code: "PLUGIN_NOT_FOUND",
      hint: "Did you mean plugins/usgs_reader.ts:Reader?",
    });
    expect(error.message).toContain(join(bench.project.root, "plugins/usgs_raeder.ts"));
    expect(error.details.existing).toEqual(["plugins/usgs_reader.ts"]);
  });

  it("says so when no package is installed under that name", async () => {
    const error = await errorOf(benchFor({}).load("@acme/nothing:Reader"));
    expect(error).toMatchObject({ code: "PLUGIN_NOT_FOUND" });
    expect(error.message).toContain("package @acme/nothing, from ");
  });

  it("lists the exports, the nearest first", async () => {
    const bench = benchFor({
      "plugin.ts": `${readerFile()} export const other = 1; export const Raeder = 2;`,
    });
    const error = await errorOf(bench.load("plugin.ts:Raider"));
    expect(error.code).toBe("PLUGIN_EXPORT_NOT_FOUND");
    expect(error.message).toBe('plugin.ts has no export "Raider". It exports Raeder, Reader, other.');
    expect(error.hint).toBe("Write plugin.ts:Reader");
  });

  it("says what to extend", async () => {
    const bench = benchFor({
      "plugin.ts":
        "export class MyReader { async *extract() {} } export class MyWriter { async writeBatch() {} } export const text = 'x';",
    });
    expect((await errorOf(bench.load("plugin.ts:MyReader"))).hint).toBe(
      'Write: class MyReader extends BaseReader, imported from "@dativo/sdk".',
    );
    expect((await errorOf(bench.load("plugin.ts:MyWriter"))).hint).toContain("extends BaseWriter");
    expect((await errorOf(bench.load("plugin.ts:text"))).message).toContain(
      "is a string, not a reader or writer",
    );
  });

  it.each([
    ["spec: null", "has no spec"],
    ["spec: { kind: 'reader' }", "has no name"],
    ["spec: { name: 'x', kind: 'both' }", "is neither a reader nor a writer"],
    ["spec: { name: 'x', kind: 'reader' }", "has no version"],
    ["spec: { name: 'x', kind: 'reader', version: '1', api: 1 }", "cannot be opened"],
  ])("says what its spec lacks (%s)", async (spec, text) => {
    const bench = benchFor({ "plugin.ts": `export default { [Symbol.for("dativo.plugin")]: { ${spec} } };` });
    const error = await errorOf(bench.load("plugin.ts:default"));
    expect(error).toMatchObject({ code: "PLUGIN_INVALID" });
    expect(error.message).toContain(text);
  });

  it("shows the line of a syntax error", async () => {
    const bench = benchFor({
      "lib/plugin.ts": "import './bad.js';",
      "lib/bad.ts": "const fine = 1;\n\texport const x = = 2;\n",
    });
    const error = await errorOf(bench.load("lib/plugin.ts:Reader"));
    expect(error).toMatchObject({
      code: "PLUGIN_LOAD_FAILED",
      details: { file: "bad.ts", line: 2, column: 19 },
    });
    expect(error.message).toBe(
      `lib/bad.ts:2:19: Unexpected "="\n  2 | \texport const x = = 2;\n    | \t                 ^`,
    );
  });

  it("shows where its top level threw", async () => {
    const bench = benchFor({
      "plugin.ts":
        "interface Gone {\n  a: 1;\n}\n\nfunction f(): never {\n  throw new TypeError('top');\n}\nf();\nexport const Reader = 1;",
    });
    const error = await errorOf(bench.load("plugin.ts:Reader"));
    expect(error).toMatchObject({
      code: "PLUGIN_LOAD_FAILED",
      details: { at: join(bench.project.root, "plugin.ts:6:9") },
    });
    expect(error.message).toContain("top");
  });

  it("goes away when what was wrong outside the plugin is mended", async () => {
    const bench = benchFor({
      "plugin.ts": says("1", "if ((globalThis as any).DATIVO_TEST_BROKEN) throw new Error('broken');"),
    });
    const world = globalThis as { DATIVO_TEST_BROKEN?: boolean };
    world.DATIVO_TEST_BROKEN = true;
    expect(await errorOf(bench.load("plugin.ts:Reader"))).toMatchObject({ code: "PLUGIN_LOAD_FAILED" });
    delete world.DATIVO_TEST_BROKEN;
    expect(await answer(bench)).toBe("1");
  });

  it("says who must upgrade", async () => {
    const bench = benchFor({
      "a/package.json": '{ "dativo": { "api": 2 } }',
      "a/lib/plugin.ts": readerFile(),
      "b/package.json": "{}",
      "b/plugin.ts": readerFile(),
      "c/package.json": "{,}",
      "c/plugin.ts": readerFile(),
    });
    const error = await errorOf(bench.load("a/lib/plugin.ts:Reader"));
    expect(error).toMatchObject({
      code: "PLUGIN_VERSION_INCOMPATIBLE",
      hint: "Upgrade Dativo: npm install dativo@latest",
    });
    expect(error.message).toContain("package.json was built for contract version 2");
    await bench.load("b/plugin.ts:Reader");
    expect(await errorOf(bench.load("c/plugin.ts:Reader"))).toMatchObject({
      code: "PLUGIN_LOAD_FAILED",
      details: { file: join(bench.project.root, "c/package.json") },
    });
  });
});
