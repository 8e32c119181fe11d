import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { errorOf, eventsOf, never, PluginBench } from "./testing/plugin-bench.js";
import { PluginProject, type ReaderBodies, readerFile } from "./testing/plugin-project.js";

const BEGIN = 'yield { type: "object", object: { name: "items", incremental: false } };';

function benchFor(
  bodies: ReaderBodies,
  placement: { memoryLimitMb?: number; environmentAllowList?: string[]; callTimeoutSeconds?: number } = {},
) {
  return new PluginBench(new PluginProject({ "plugin.ts": readerFile(bodies) }), {
    kind: "child_process",
    callTimeoutSeconds: 20,
    ...placement,
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, seconds = 10): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20))
    if (condition()) return true;
  return condition();
}

describe("a plugin's process that dies", () => {
  it.each(["SIGSEGV", "SIGKILL", "SIGABRT"])("of %s is named, with its last output", async (signal) => {
    const bench = benchFor({
      extract: `${BEGIN} (await import("node:fs")).writeSync(2, "first\\nkey hunter22\\nlast words\\n"); process.kill(process.pid, "${signal}"); await sleep(9_000);`,
    });
    bench.redactor.add("hunter22");
    const error = await errorOf(eventsOf(await bench.reader()));
    expect(error).toMatchObject({
      code: "PLUGIN_CRASHED",
      details: { plugin: "sample", call: "extract", signal },
    });
    expect(error.message).toContain(`was ended by ${signal} during extract`);
    expect(error.message).toContain("key [redacted]\n  last words");
  });

  it("without a signal is named with its exit code", async () => {
    const reader = await benchFor({ check: "(process as any).reallyExit(7);" }).reader();
    const error = await errorOf(reader.check(never));
    expect(error).toMatchObject({ code: "PLUGIN_CRASHED", details: { call: "check", exit_code: 7 } });
  });

  it("while it is loaded is named", async () => {
    const error = await errorOf(
      benchFor({ top: "(process as any).reallyExit(7);" }).load("plugin.ts:Reader"),
    );
    expect(error).toMatchObject({ code: "PLUGIN_CRASHED", details: { call: "load", exit_code: 7 } });
  });

  it("out of memory says which limit to raise", async () => {
    const bench = benchFor(
      { check: "const all = []; for (;;) all.push(new Array(1000).fill({}));" },
      { memoryLimitMb: 64 },
    );
    const error = await errorOf((await bench.reader()).check(never));
    expect(error.code).toBe("PLUGIN_CRASHED");
    expect(error.message).toContain("out of memory");
    expect(error.hint).toContain("(now 64 MB)");
  });

  it("is started again by opening the plugin again", async () => {
    const bench = benchFor({
      check:
        'if (config.connection.die) process.kill(process.pid, "SIGKILL"); await sleep(20); return { success: true, message: "up" };',
    });
    const plugin = await bench.load("plugin.ts:Reader");
    const first = await bench.openReader(plugin, { die: "yes" });
    expect(await errorOf(first.check(never))).toMatchObject({ code: "PLUGIN_CRASHED" });
    expect(await errorOf(first.check(never))).toMatchObject({ code: "PLUGIN_CRASHED" });
    expect((await (await bench.openReader(plugin)).check(never)).message).toBe("up");
  });

  it("does not take batches that it had handed over with it", async () => {
    const reader = await benchFor({
      extract: `${BEGIN} yield { type: "batch", object: "items", data: { form: "rows", rows: [{ a: 1 }] } };
        yield { type: "checkpoint", object: "items", state: 1 }; process.kill(process.pid, "SIGKILL"); await sleep(9_000);`,
    }).reader();
    const types: string[] = [];
    const error = await errorOf(
      (async () => {
        for await (const event of reader.extract({ objects: [], state: {} }, never)) types.push(event.type);
      })(),
    );
    expect(types).toEqual(["object", "batch", "checkpoint"]);
    expect(error.code).toBe("PLUGIN_CRASHED");
  });
});

describe("a plugin's process", () => {
  it("that loops without end is killed in time", async () => {
    const reader = await benchFor({ check: "for (;;);" }, { callTimeoutSeconds: 1 }).reader();
    expect(await errorOf(reader.check(never))).toMatchObject({ code: "PLUGIN_TIMEOUT" });
  });

  it("that loops without end is killed when it is cancelled", async () => {
    const reader = await benchFor({ check: "for (;;);" }).reader();
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 50);
    expect(await errorOf(reader.check(cancel.signal))).toMatchObject({ code: "INTERRUPTED" });
  });

  it("sees no more of the environment than it may", async () => {
    process.env.DATIVO_TEST_SECRET = "s";
    process.env.DATIVO_TEST_ALLOWED = "a";
    const bench = benchFor(
      { check: "return { success: true, message: Object.keys(process.env).join() };" },
      { environmentAllowList: ["DATIVO_TEST_ALLOWED"] },
    );
    const names = (await (await bench.reader()).check(never)).message.split(",");
    expect(names).toContain("PATH");
    expect(names).toContain("DATIVO_TEST_ALLOWED");
    expect(names).not.toContain("DATIVO_TEST_SECRET");
    expect(names.filter((name) => name.startsWith("VITEST"))).toEqual([]);
  });

  it("may write megabytes past the guards", async () => {
    const bench = benchFor({
      check: `const fs = await import("node:fs"); for (let i = 0; i < 20_000; i++) fs.writeSync(1, "x".repeat(200) + "\\n");
        return { success: true, message: "done" };`,
    });
    expect((await (await bench.reader()).check(never)).message).toBe("done");
    expect(bench.logs.length).toBeGreaterThan(100);
    expect(bench.logs.length).toBeLessThan(5_000);
  });

  it("that writes into the stream of frames breaks the contract", async () => {
    const reader = await benchFor({
      check: '(await import("node:fs")).writeSync(3, "hello, this is not a frame"); for (;;);',
    }).reader();
    expect(await errorOf(reader.check(never))).toMatchObject({ code: "ABI_VIOLATION" });
  });

  it("does not pile up checkpoints that nobody reads", async () => {
    const reader = await benchFor({
      extract: `${BEGIN} for (let at = 1; at <= 20_000; at++) yield { type: "checkpoint", object: "items", state: at };
        yield { type: "end", object: "items" };`,
    }).reader();
    const events = [];
    for await (const event of reader.extract({ objects: [], state: {} }, never)) {
      if (events.length === 0) await sleep(1500);
      events.push(event);
    }
    expect(events.at(-2)).toEqual({ type: "checkpoint", object: "items", state: 20_000 });
    expect(events.length).toBeLessThan(10_000);
  });

  it("ends when the plugin is closed, whatever it left behind", async () => {
    const bench = benchFor({
      open: "setInterval(() => {}, 1000);",
      check: "return { success: true, message: String(process.pid) };",
    });
    const plugin = await bench.load("plugin.ts:Reader");
    const reader = await bench.openReader(plugin);
    const pid = Number((await reader.check(never)).message);
    expect(alive(pid)).toBe(true);
    await plugin.close();
    expect(alive(pid)).toBe(false);
  });
});

describe("when the host goes", () => {
  const host = (bench: PluginBench, then: string) => {
    const script = bench.project.write(
      "host.mjs",
      `import { createNodeRuntime } from ${JSON.stringify(import.meta.resolve("@dativo/runtime-node"))};
import { parsePluginReference, Redactor } from ${JSON.stringify(import.meta.resolve("@dativo/protocol"))};
const redactor = new Redactor(), log = () => {}, signal = new AbortController().signal, projectRoot = ${JSON.stringify(bench.project.root)};
const plugin = await createNodeRuntime().load(parsePluginReference("plugin.ts:Reader"), { projectRoot, searchPaths: [], placement: { kind: "child_process" }, log, redactor });
const reader = await plugin.openReader({ config: { connection: {}, credentials: {} }, defaultObject: "items", host: { signal, log, redactor, run: { id: "r", job: "j" }, projectRoot } });
${then}`,
    );
    return spawn(process.execPath, [script], {
      stdio: "inherit",
      cwd: fileURLToPath(new URL(".", import.meta.url)),
    });
  };
  const pidOf = async (bench: PluginBench) => {
    const file = join(bench.project.root, "pid");
    expect(await until(() => existsSync(file) && readFileSync(file, "utf8") !== "")).toBe(true);
    return Number(readFileSync(file, "utf8"));
  };
  const writesPid =
    '(await import("node:fs")).writeFileSync(host.projectRoot + "/pid", String(process.pid));';

  it("by SIGKILL, the process goes too, even while the plugin keeps it busy", async () => {
    const bench = benchFor({ check: `${writesPid} for (;;);` });
    const process_ = host(bench, "await reader.check(signal);");
    const pid = await pidOf(bench);
    process_.kill("SIGKILL");
    expect(await until(() => !alive(pid))).toBe(true);
  });

  it("by exiting in the middle of a call, the process goes too", async () => {
    const bench = benchFor({ check: `${writesPid} await sleep(60_000); return null;` });
    host(bench, "reader.check(signal).catch(() => {}); setTimeout(() => process.exit(0), 1500);");
    const pid = await pidOf(bench);
    expect(await until(() => !alive(pid))).toBe(true);
  });

  it("because it has nothing more to do, an idle process does not hold it", async () => {
    const bench = benchFor({ check: `${writesPid} return { success: true, message: "" };` });
    const process_ = host(bench, "await reader.check(signal);");
    const exited = new Promise((resolve) => process_.on("exit", resolve));
    const pid = await pidOf(bench);
    expect(await exited).toBe(0);
    expect(await until(() => !alive(pid))).toBe(true);
  });
});
