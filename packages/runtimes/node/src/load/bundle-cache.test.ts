import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { answer, asJavaScript, benchFor, inProcess, says } from "../testing/in-process.js";
import { errorOf, never, type PluginBench } from "../testing/plugin-bench.js";

const cacheOf = (bench: PluginBench) => join(bench.project.root, ".dativo", "cache", "plugins");

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
