import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { answer, asJavaScript, benchFor, says } from "../testing/in-process.js";
import { errorOf, PluginBench } from "../testing/plugin-bench.js";
import { PluginProject, readerFile } from "../testing/plugin-project.js";

const zodManifest = (version: string) =>
  JSON.stringify({
    name: "zod",
    version,
    type: "module",
    exports: { ".": "./index.js", "./extra": "./extra.js" },
  });

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

  it("that this process shares are not loaded again, as long as the versions are the same", async () => {
    const bench = benchFor({
      "plugin.ts": says(
        "[which, typeof extra]",
        'import { which } from "zod"; import { extra } from "zod/extra";',
      ),
      "host/zod.mjs": "export const which = 'shared';",
      "node_modules/zod/package.json": zodManifest("4.1.0"),
      "node_modules/zod/index.js": "export const which = 'own';",
      "node_modules/zod/extra.js": "export const extra = 1;",
    });
    const shared = [{ name: "zod", version: "4.1.0", file: join(bench.project.root, "host/zod.mjs") }];
    const sharing = new PluginBench(
      bench.project,
      { kind: "in_process", callTimeoutSeconds: 20 },
      { shared },
    );
    expect(await answer(sharing)).toBe("shared,number");
    bench.project.write("node_modules/zod/package.json", zodManifest("4.1.1"));
    expect(await answer(sharing)).toBe("own,number");
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
