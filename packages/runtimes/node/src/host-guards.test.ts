import { describe, expect, it } from "vitest";
import { benchFor, inProcess } from "./testing/in-process.js";
import { readerFile } from "./testing/plugin-project.js";

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
