import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { BIN, dativo, finished, project, start } from "./testing/dativo.js";
import { tickProject } from "./testing/projects.js";

/** Settles when a command has written something that matches to standard error; fails when it ends before. */
function seen(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = "";
  return new Promise((resolve, reject) => {
    child.once("close", () => reject(new Error(`It ended without writing ${pattern}:\n${text}`)));
    child.stderr?.on("data", (data: Buffer) => {
      text += data.toString("utf8");
      if (pattern.test(text)) resolve();
    });
  });
}

describe("Ctrl-C", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "%s commits what is safe, says how to go on, ends with 130, and the next run completes",
    async (signal) => {
      using folder = project(tickProject({ ticks: 100, everyMs: 20 }));
      const child = start(["run", "job.yaml"], { cwd: folder.path });
      const ended = finished(child);
      await seen(child, /tick 15\b/);
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(130);
      expect(stderr).toContain("Press Ctrl-C again");
      expect(stdout).toMatch(
        /Interrupted\. [1-9]\d* records committed; dativo run job\.yaml goes on from there\./,
      );
      const next = await dativo(["run", "job.yaml", "--json"], { cwd: folder.path });
      expect(next.code).toBe(0);
      const { rows } = JSON.parse(
        (
          await dativo(["query", "select count(*) as n, count(distinct n) as d from ticks", "--json"], {
            cwd: folder.path,
          })
        ).stdout,
      );
      expect(rows).toEqual([{ n: 100, d: 100 }]);
    },
  );

  it("prints one JSON document with --json", async () => {
    using folder = project(tickProject({ ticks: 2, everyMs: 60_000 }));
    const child = start(["run", "job.yaml", "--json"], { cwd: folder.path });
    const ended = finished(child);
    await seen(child, /tick 0\b/);
    child.kill("SIGINT");
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "interrupted",
      exit_code: 130,
      error: { error_code: "INTERRUPTED" },
    });
  });
});

/** A process that never ends by itself and claims the signal, as a command does that is slow to stop. */
function stubborn(): ChildProcess {
  const contents = `
    import { Interruption } from "./interruption.js";
    new Interruption(() => console.error("first")).signal();
    setInterval(() => {}, 1000);
    console.error("ready");`;
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  return spawn(process.execPath, ["--input-type=module", "-e", outputFiles[0]?.text ?? ""], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

describe("a second Ctrl-C", () => {
  const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

  it("ends the process at once", async () => {
    const child = stubborn();
    const ended = finished(child);
    await seen(child, /ready/);
    const first = seen(child, /first/);
    child.kill("SIGINT");
    await first;
    await pause(350);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, signal: null });
  });

  it("is not the echo that npm and timeout send", async () => {
    const child = stubborn();
    const ended = finished(child);
    await seen(child, /ready/);
    const first = seen(child, /first/);
    child.kill("SIGINT");
    await first;
    child.kill("SIGINT");
    await pause(100);
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ code: null, signal: "SIGKILL" });
  });
});

describe("a closed pipe", () => {
  it.each([
    ["help", ["help"]],
    ["schema", ["schema", "job"]],
    ["query", ["query", "select * from range(200000)", "job.yaml", "--csv"]],
  ])("is quiet (%s)", async (_name, words) => {
    using folder = project(tickProject({ ticks: 1, everyMs: 0 }));
    await dativo(["run", "job.yaml"], { cwd: folder.path });
    const script = `"${process.execPath}" "${BIN}" "$@" | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", ...words], {
      cwd: folder.path,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toBe("0\n");
  });

  it.skipIf(!existsSync("/dev/full"))(
    "is not a full disk, which fails (skipped where /dev/full is missing)",
    () => {
      const { status, stderr } = spawnSync(
        "bash",
        ["-c", `"${process.execPath}" "${BIN}" help > /dev/full`],
        {
          encoding: "utf8",
        },
      );
      expect(stderr).toMatch(/^✖ The output could not be written: ENOSPC/);
      expect(status).toBe(2);
    },
  );
});

const script = spawnSync("script", ["--version"]).status === 0;

describe("a terminal", () => {
  const onTerminal = (folder: string, env: Record<string, string> = {}) =>
    finished(
      spawn("script", ["-qec", `"${process.execPath}" "${BIN}" run job.yaml`, "/dev/null"], {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, TERM: "xterm", ...env },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
  const files = tickProject({ ticks: 30, everyMs: 20 });
  const quiet = {
    ...files,
    "plugins/ticks.ts": files["plugins/ticks.ts"].replace('console.log("tick", n);', ""),
  };

  it.skipIf(!script)(
    "shows one live line an object and clears it for the summary (skipped where script(1) is missing)",
    async () => {
      using folder = project(quiet);
      const { code, stdout } = await onTerminal(folder.path);
      expect(code).toBe(0);
      expect(stdout).toMatch(/ticks\S* +\d+ read .*checkpoint \d/);
      expect(stdout).toContain("\u001b[1A\r\u001b[0J");
      expect(stdout).toContain("\u001b[32m✔\u001b[39m");
      expect(stdout.slice(stdout.lastIndexOf("\u001b[0J"))).toMatch(
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control codes begin with the escape character
        /^\u001b\[0J\S*✔\S* \S*ticks\S* +30 read = 30 written/,
      );
    },
  );

  it.skipIf(!script)("shows no colour with NO_COLOR (skipped where script(1) is missing)", async () => {
    using folder = project(quiet);
    const { stdout } = await onTerminal(folder.path, { NO_COLOR: "1" });
    expect(stdout).toContain("✔ ticks");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character
    expect(stdout).not.toMatch(/\u001b\[\d+m/);
  });
});
