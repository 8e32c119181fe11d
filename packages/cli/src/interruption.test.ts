import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { BIN, dativo, finished, project, start } from "./testing/dativo.js";
import { tickProject } from "./testing/projects.js";

/** Settles when a command has written something that matches to standard error. */
function seen(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = "";
  return new Promise((resolve) => {
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
      using folder = project(tickProject({ ticks: 40, everyMs: 20 }));
      const child = start(["run", "job.yaml"], { cwd: folder.path });
      const ended = finished(child);
      await seen(child, /tick 15\b/);
      child.kill(signal);
      // npm and timeout send it twice; that is one Ctrl-C.
      child.kill(signal);
      const { code, stdout, stderr } = await ended;
      expect(code).toBe(130);
      expect(stderr).toContain("Press Ctrl-C again");
      expect(stdout).toMatch(
        /Interrupted\. 1\d records committed; dativo run job\.yaml goes on from there\./,
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
      expect(rows).toEqual([{ n: 40, d: 40 }]);
    },
  );

  it("pressed twice ends at once", async () => {
    // A plugin that ignores cancellation keeps the first Ctrl-C waiting for the second it is allowed.
    using folder = project(tickProject({ ticks: 2, everyMs: 60_000 }));
    const child = start(["run", "job.yaml"], { cwd: folder.path });
    const ended = finished(child);
    await seen(child, /tick 0\b/);
    child.kill("SIGINT");
    await new Promise((done) => setTimeout(done, 350));
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 130, stdout: "" });
  });

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
});

const script = spawnSync("script", ["--version"]).status === 0;

describe("a terminal", () => {
  it.skipIf(!script)(
    "shows one live line an object and clears it for the summary (skipped where script(1) is missing)",
    async () => {
      const files = tickProject({ ticks: 30, everyMs: 20 });
      using folder = project({
        ...files,
        "plugins/ticks.ts": files["plugins/ticks.ts"].replace('console.log("tick", n);', ""),
      });
      const child = spawn("script", ["-qec", `"${process.execPath}" "${BIN}" run job.yaml`, "/dev/null"], {
        cwd: folder.path,
        env: { PATH: process.env.PATH, HOME: folder.path, TERM: "xterm" },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const { code, stdout } = await finished(child);
      expect(code).toBe(0);
      expect(stdout).toMatch(/ticks\S* +\d+ read .*checkpoint \d/);
      expect(stdout).toContain("\u001b[1A\r\u001b[0J");
      expect(stdout).toContain("\u001b[32m✔\u001b[39m");
      expect(stdout.slice(stdout.lastIndexOf("\u001b[0J"))).toMatch(/ticks.* 30 read = 30 written/);
    },
  );
});
