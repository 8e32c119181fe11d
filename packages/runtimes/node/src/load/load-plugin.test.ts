import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { errorOf, never, PluginBench } from "../testing/plugin-bench.js";
import { PluginProject, readerFile } from "../testing/plugin-project.js";

const asJavaScript = (text: string) => transformSync(text, { loader: "ts" }).code;
const run = promisify(execFile);
const says = (expression: string, top = "") =>
  readerFile({ top, check: `return { success: true, message: String(${expression}) };` });

function benchFor(files: Record<string, string>, fallbackResolveFrom: string[] = []) {
  return new PluginBench(
    new PluginProject(files),
    { kind: "in_process", callTimeoutSeconds: 20 },
    { fallbackResolveFrom },
  );
}

async function answer(bench: PluginBench, reference = "plugin.ts:Reader"): Promise<string> {
  return (await (await bench.reader(reference)).check(never)).message;
}

/** Runs a script that loads plugins in a Node process of its own, and returns what it printed. */
async function inProcess(bench: PluginBench, script: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const file = bench.project.write(
    "host.mjs",
    `import { createNodeRuntime } from ${JSON.stringify(import.meta.resolve("@dativo/runtime-node"))};
import { parsePluginReference, Redactor } from ${JSON.stringify(import.meta.resolve("@dativo/protocol"))};
const redactor = new Redactor(), signal = new AbortController().signal, projectRoot = ${JSON.stringify(bench.project.root)};
const log = (record) => process.stderr.write(JSON.stringify(record) + "\\n");
const runtime = createNodeRuntime();
const load = (reference) => runtime.load(parsePluginReference(reference), { projectRoot, searchPaths: [], placement: { kind: "in_process" }, log, redactor });
const open = async (plugin) => await plugin.openReader({ config: { connection: {}, credentials: {} }, defaultObject: "items", host: { signal, log, redactor, run: { id: "r", job: "j" }, projectRoot } });
${script}`,
  );
  const { stdout } = await run(process.execPath, [file], { env: { ...process.env, ...env } });
  return stdout;
}

const cacheOf = (bench: PluginBench) => join(bench.project.root, ".dativo", "cache", "plugins");

describe("a plugin's file", () => {
  it.each([
    ["plugin.ts", says("(1 as number)")],
    ["plugin.mts", says("(1 as number)")],
    ["plugin.tsx", says("(1 as number)")],
    ["plugin.cts", says("(1 as number)").replace("export const Reader =", "exports.Reader =")],
    ["plugin.js", asJavaScript(says("1"))],
    ["plugin.mjs", asJavaScript(says("1"))],
    ["plugin.cjs", asJavaScript(says("1")).replace("export const Reader =", "exports.Reader =")],
  ])("may be %s", async (name, text) => {
    expect(await answer(benchFor({ [name]: text }), `${name}:Reader`)).toBe("1");
  });

  it("may import its other files, in circles too, and JSON", async () => {
    const bench = benchFor({
      "plugin.ts": says(
        "a() + data.x",
        'import { a } from "./lib/a.js"; import data from "./data.json" with { type: "json" };',
      ),
      "lib/a.ts": 'import { b } from "./b"; export const a = () => b() + one; export const one = 1;',
      "lib/b.ts": 'import { one } from "./a.ts"; export const b = () => one + 1;',
      "data.json": '{ "x": 10 }',
    });
    expect(await answer(bench)).toBe("13");
    const plugin = await bench.load("plugin.ts:Reader");
    expect(plugin.sources.map((path) => path.slice(bench.project.root.length + 1)).sort()).toEqual([
      "data.json",
      "lib/a.ts",
      "lib/b.ts",
      "plugin.ts",
    ]);
  });

  it("may use `await using`, decorators of its tsconfig, and its path aliases", async () => {
    const bench = benchFor({
      "plugin.ts": readerFile({
        top: 'import { n } from "@lib/n"; function mark(target: any, key: string) { target.constructor.marked = key; } class Marked { @mark x() {} }',
        check:
          "await using r = { async [Symbol.asyncDispose]() { console.log('disposed'); } }; return { success: true, message: n + (Marked as any).marked };",
      }),
      "src/n.ts": "export const n: string = 'aliased ';",
      "tsconfig.json":
        '{ "extends": "./base.json", "compilerOptions": { "paths": { "@lib/*": ["./src/*"] } } }',
      "base.json": '{ "compilerOptions": { "experimentalDecorators": true } }',
    });
    expect(await answer(bench)).toBe("aliased x");
    expect(bench.messages).toEqual(["disposed"]);
  });

  it("keeps knowing where it is", async () => {
    const bench = benchFor({
      "lib/plugin.ts": says(
        "[import.meta.url, import.meta.dirname, import.meta.filename, __dirname, import.meta.resolve('./x.js'), old.dir, old.file].join()",
        'import old from "./old.cjs"; const __filename = "own";',
      ),
      "lib/old.cjs":
        '#!/usr/bin/env node\n"use strict";\nmodule.exports = { dir: __dirname, file: require("node:path").basename(__filename) };',
    });
    const folder = join(bench.project.root, "lib");
    const url = pathToFileURL(join(folder, "plugin.ts")).href;
    const expected = [
      url,
      folder,
      join(folder, "plugin.ts"),
      folder,
      new URL("x.js", url).href,
      folder,
      "old.cjs",
    ];
    expect(await answer(bench, "lib/plugin.ts:Reader")).toBe(expected.join());
  });

  it("may be found in a search path or by its absolute path", async () => {
    const bench = benchFor({ "plugin.ts": says("1") });
    expect(await answer(bench, `${bench.project.root}/plugin.ts:Reader`)).toBe("1");
    const other = new PluginProject({ "elsewhere.ts": says("2") });
    const { createNodeRuntime } = await import("@dativo/runtime-node");
    const plugin = await createNodeRuntime().load(
      { text: "elsewhere.ts:Reader", location: "elsewhere.ts", exportName: "Reader" },
      {
        projectRoot: bench.project.root,
        searchPaths: [other.root],
        placement: { kind: "in_process" },
        redactor: bench.redactor,
        log: () => {},
      },
    );
    expect(plugin.sources).toEqual([join(other.root, "elsewhere.ts")]);
  });
});

describe("packages", () => {
  const installed = {
    "node_modules/@acme/usgs/package.json":
      '{ "name": "@acme/usgs", "version": "1.0.0", "type": "module", "exports": { ".": { "import": "./main.js" }, "./typed": "./typed.ts" } }',
    "node_modules/@acme/usgs/main.js": asJavaScript(says("'installed'")),
    "node_modules/@acme/usgs/typed.ts": "export const typed: string = 'typed';",
    "node_modules/old/package.json":
      '{ "name": "old", "version": "1.0.0", "exports": { "import": "./esm.mjs", "require": "./cjs.cjs" } }',
    "node_modules/old/esm.mjs": "export default 'esm';",
    "node_modules/old/cjs.cjs": "module.exports = 'cjs ' + __filename.split('/').pop();",
  };

  it("may be plugins", async () => {
    expect(await answer(benchFor(installed), "@acme/usgs:Reader")).toBe("installed");
  });

  it("are imported from where they are, and may be TypeScript", async () => {
    const bench = benchFor({
      ...installed,
      "plugin.ts": says(
        "typed + esm + require('old')",
        'import { typed } from "@acme/usgs/typed"; import esm from "old";',
      ),
    });
    expect(await answer(bench)).toBe("typedesmcjs cjs.cjs");
    const code = readFileSync(
      join(
        cacheOf(bench),
        readdirSync(cacheOf(bench))[0] as string,
        readdirSync(join(cacheOf(bench), readdirSync(cacheOf(bench))[0] as string)).find((name) =>
          name.endsWith(".mjs"),
        ) as string,
      ),
      "utf8",
    );
    expect(code).toContain(pathToFileURL(join(bench.project.root, "node_modules/old/esm.mjs")).href);
    expect(code).not.toContain("'esm'");
  });

  it("that every plugin needs come with Dativo", async () => {
    const bench = benchFor({
      "plugin.ts": says(
        "z.string().parse('z') + CONTRACT_VERSION",
        'import { z } from "zod"; import { CONTRACT_VERSION } from "@dativo/protocol";',
      ),
    });
    expect(await answer(bench)).toBe("z1");
  });

  it("that every plugin needs may come from other folders, unless the plugin has its own", async () => {
    const shipped = new PluginProject({
      "node_modules/@dativo/sdk/package.json":
        '{ "name": "@dativo/sdk", "version": "9.0.0", "type": "module", "exports": "./index.js" }',
      "node_modules/@dativo/sdk/index.js": "export const which = 'shipped';",
    });
    const bench = benchFor({ "plugin.ts": says("which", 'import { which } from "@dativo/sdk";') }, [
      shipped.root,
    ]);
    expect(await answer(bench)).toBe("shipped");
    // Installing it afterwards counts, although nothing of the plugin has changed.
    bench.project.write(
      "node_modules/@dativo/sdk/package.json",
      '{ "name": "@dativo/sdk", "version": "9.0.0", "type": "module", "exports": "./index.js" }',
    );
    bench.project.write("node_modules/@dativo/sdk/index.js", "export const which = 'own';");
    expect(await answer(bench)).toBe("own");
  });

  it("that are missing are named, with the place that imports them", async () => {
    const bench = benchFor({ "plugin.ts": says("typeof x", '\nimport x from "no-such-thing/deep";') });
    const error = await errorOf(bench.load("plugin.ts:Reader"));
    expect(error).toMatchObject({
      code: "PLUGIN_LOAD_FAILED",
      hint: "Install it in the plugin's project: npm install no-such-thing",
    });
    expect(error.message).toContain('plugin.ts:5:15: There is no package "no-such-thing"');
    expect(error.message).toContain('import x from "no-such-thing/deep";');
  });

  it("that are missing may be missed when they are asked for", async () => {
    const bench = benchFor({
      "plugin.ts": readerFile({
        check: `let found = ""; try { require("no-such-thing"); } catch { found += "a"; } try { await import("no-such-thing"); } catch { found += "b"; }
        return { success: true, message: found };`,
      }),
    });
    expect(await answer(bench)).toBe("ab");
  });
});

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

describe("loading again", () => {
  it.each([
    ["plugin.ts", says("'one'"), says("'two'")],
    ["plugin.mjs", asJavaScript(says("'one'")), asJavaScript(says("'two'"))],
  ])("gives the new code of %s, while the old one goes on", async (name, before, after) => {
    const bench = benchFor({ [name]: before });
    const old = await bench.reader(`${name}:Reader`);
    bench.project.write(name, after);
    expect(await answer(bench, `${name}:Reader`)).toBe("two");
    expect((await old.check(never)).message).toBe("one");
    bench.project.write(name, before);
    expect(await answer(bench, `${name}:Reader`)).toBe("one");
  });

  it("sees changes of what the plugin imports, and of its tsconfig", async () => {
    const bench = benchFor({
      "plugin.ts": says("n", 'import { n } from "./n.js";'),
      "n.ts": "export const n = 1;",
    });
    expect(await answer(bench)).toBe("1");
    bench.project.write("n.ts", "export const n = 2;");
    expect(await answer(bench)).toBe("2");
    bench.project.write("tsconfig.json", "{ nonsense");
    expect(await errorOf(bench.load("plugin.ts:Reader"))).toMatchObject({ code: "PLUGIN_LOAD_FAILED" });
  });
});

describe("the cache", () => {
  it("does not compile what has not changed", async () => {
    const bench = benchFor({
      "plugin.ts": says("z.string().parse('warm')", 'import { z } from "zod"; import "./n.js";'),
      "n.ts": "export {}",
    });
    const script =
      'const reader = await open(await load("plugin.ts:Reader")); process.stdout.write((await reader.check(signal)).message);';
    // With another program for its binary esbuild fails as soon as it is used.
    const broken = { ESBUILD_BINARY_PATH: process.execPath };
    await expect(inProcess(bench, script, broken)).rejects.toThrow();
    expect(await inProcess(bench, script)).toBe("warm");
    expect(await inProcess(bench, script, broken)).toBe("warm");
    const loaded =
      'await load("plugin.ts:Reader"); const { createRequire } = await import("node:module"); process.stdout.write(String(Object.keys(createRequire(import.meta.url).cache).filter((name) => name.includes("esbuild/lib"))));';
    expect(await inProcess(bench, loaded)).toBe("");
  });

  it("that is damaged is made anew", async () => {
    const bench = benchFor({ "plugin.ts": says("1") });
    const script =
      'const reader = await open(await load("plugin.ts:Reader")); process.stdout.write((await reader.check(signal)).message);';
    await inProcess(bench, script);
    const folder = join(cacheOf(bench), readdirSync(cacheOf(bench))[0] as string);
    const module = readdirSync(folder).find((name) => name.endsWith(".mjs")) as string;
    for (const damage of [
      () => writeFileSync(join(folder, "index.json"), "{ half"),
      () => writeFileSync(join(folder, "index.json"), "null"),
      () =>
        writeFileSync(
          join(folder, "index.json"),
          readFileSync(join(folder, "index.json"), "utf8").replace('"fingerprints"', '"fingerprince"'),
        ),
      () => writeFileSync(join(folder, module), "export const Reader = 'half"),
      () => writeFileSync(join(folder, module), ""),
    ]) {
      damage();
      expect(await inProcess(bench, script)).toBe("1");
    }
  });

  it("that cannot be written is done without", async () => {
    const bench = benchFor({ "plugin.ts": says("1"), ".dativo/cache": "a file where the folder should be" });
    expect(await answer(bench)).toBe("1");
  });

  it("may be filled by many processes at once", async () => {
    const bench = benchFor({ "plugin.ts": says("'together'") });
    const script =
      'const reader = await open(await load("plugin.ts:Reader")); process.stdout.write((await reader.check(signal)).message);';
    const answers = await Promise.all(Array.from({ length: 4 }, () => inProcess(bench, script)));
    expect(answers).toEqual(Array(4).fill("together"));
    const folder = join(cacheOf(bench), readdirSync(cacheOf(bench))[0] as string);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("holds for a plugin that is reached by a symbolic link", async () => {
    const bench = benchFor({ "real/plugin.ts": says("import.meta.filename") });
    mkdirSync(join(bench.project.root, "plugins"));
    symlinkSync(join(bench.project.root, "real/plugin.ts"), join(bench.project.root, "plugins/linked.ts"));
    expect(await answer(bench, "plugins/linked.ts:Reader")).toBe(join(bench.project.root, "real/plugin.ts"));
  });
});

describe("the process that hosts a plugin", () => {
  it("prints nothing of what the plugin prints, at import neither", async () => {
    const bench = benchFor({
      "plugin.ts": readerFile({
        top: 'console.log("import"); process.stdout.write("import 2\\n"); setTimeout(() => console.log("timer"), 5);',
        check: 'console.log("check"); await sleep(30); return { success: true, message: "ok" };',
      }),
    });
    const script =
      'const reader = await open(await load("plugin.ts:Reader")); console.log("host", (await reader.check(signal)).message); await reader.close();';
    expect(await inProcess(bench, script)).toBe("host ok\n");
  });

  it("is told what the plugin left open, and can end", async () => {
    const bench = benchFor({
      "plugin.ts": readerFile({
        check: 'setInterval(() => {}, 1000); return { success: true, message: "" };',
      }),
    });
    const script = `const records = []; const plugin = await runtime.load(parsePluginReference("plugin.ts:Reader"), { projectRoot, searchPaths: [], placement: { kind: "in_process" }, log: (record) => records.push(record), redactor });
      const reader = await open(plugin); await reader.check(signal); await reader.close(); await plugin.close(); process.stdout.write(JSON.stringify(records)); process.exit(0);`;
    expect(JSON.parse(await inProcess(bench, script))).toEqual([
      {
        level: "warn",
        source: "sample",
        message: 'Still open after plugin "sample" was closed: 1 Timeout.',
        fields: { leaked: { Timeout: 1 } },
      },
    ]);
  });

  it.each([
    ["an error", 'setTimeout(() => { throw new Error("of the host") }, 1);'],
    ["a rejection", 'void Promise.reject(new Error("of the host"));'],
  ])("still ends at %s of its own", async (_, script) => {
    const bench = benchFor({ "plugin.ts": readerFile() });
    const failed = await inProcess(
      bench,
      `await load("plugin.ts:Reader"); ${script} setTimeout(() => {}, 2000);`,
    ).catch((error) => error);
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toContain("Error: of the host");
  });
});
