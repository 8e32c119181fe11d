import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { installedCommand, Project } from "./dativo.js";
import { DESTINATIONS, type Destination, killEnvironment, killProject, RECORDS } from "./kill-job.js";
import { expectedRecords, targetRecords } from "./target-records.js";

const ESCAPE = "\u001b";
const [PARQUET] = DESTINATIONS as readonly [Destination, ...Destination[]];

describe("in an empty folder", () => {
  const project = new Project();
  afterAll(() => project.remove());

  test("help, version and completion", async () => {
    const help = await project.dativo(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const verb of [
      "init",
      "validate",
      "check",
      "discover",
      "run",
      "state",
      "replay",
      "runs",
      "query",
      "schema",
      "doctor",
    ])
      expect(help.stdout).toMatch(new RegExp(`^\\s+${verb}\\b`, "m"));
    expect(await project.dativo([])).toEqual(help);
    expect((await project.dativo(["help", "run"])).stdout).toContain("--full-refresh");
    expect((await project.dativo(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, stdout } = await project.dativo(["completion", shell]);
      expect(code).toBe(0);
      expect(stdout).toContain("dativo");
    }
  });

  test("init, and everything after it in the order of the first hour", async () => {
    const init = await project.dativo(["init"]);
    expect(init).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(project.path(".dativo/job.schema.json"))).toBe(true);
    expect((await project.dativo(["init"])).code).toBe(2);

    expect((await project.dativo(["validate", "job.yaml"])).stdout).toContain("is valid");
    expect((await project.dativo(["check", "job.yaml"])).code).toBe(0);
    expect((await project.dativo(["discover", "job.yaml"])).stdout).toContain("levels");
    expect((await project.dativo(["run", "job.yaml", "--explain"])).stdout).toContain("parquet");

    const dry = await json(["run", "job.yaml", "--dry-run", "--limit", "7", "--objects", "levels"]);
    expect(dry).toMatchObject({ kind: "dry_run", exit_code: 0, objects: [{ read: 7 }] });
    expect(existsSync(project.path("data"))).toBe(false);

    const first = await project.dativo(["run", "job.yaml"]);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/1\s000 read = 1\s000 written/);
    expect(await project.query("select count(*)::int as n from levels", "job.yaml")).toEqual([{ n: 1000 }]);
    const again = await json(["run", "job.yaml"]);
    expect(again).toMatchObject({ exit_code: 0, objects: [{ written: 0 }] });
  });

  test("state, runs, schema and doctor", async () => {
    const shown = await json(["state", "show", "job.yaml"]);
    const { position } = shown.objects.levels;
    expect(JSON.stringify(position)).toContain("2026-01-05");
    expect(await json(["state", "reset", "job.yaml", "levels"])).toMatchObject({ reset: ["levels"] });
    expect(await json(["state", "show", "job.yaml"])).toMatchObject({ objects: {} });
    await json(["state", "set", "job.yaml", "levels", JSON.stringify(position)]);
    expect(await json(["run", "job.yaml"])).toMatchObject({ objects: [{ written: 0 }] });
    expect(await json(["run", "job.yaml", "--full-refresh"])).toMatchObject({ objects: [{ written: 1000 }] });

    const { runs } = await json(["runs", "list"]);
    expect(runs.length).toBeGreaterThanOrEqual(4);
    expect(await json(["runs", "show"])).toMatchObject({ run_id: runs[0].run_id, status: "succeeded" });
    expect((await project.dativo(["runs", "list", "--limit", "1"])).stdout).toContain(runs[0].run_id);
    expect(await json(["schema", "--write"])).toMatchObject({
      written: expect.arrayContaining([".dativo/job.schema.json"]),
    });
    expect(await json(["schema", "job"])).toMatchObject({ title: "Dativo job" });
    const doctor = await project.dativo(["doctor"]);
    expect(doctor.code, doctor.stdout).toBe(0);
  });

  test("a misspelt word is told the nearest one", async () => {
    for (const [words, nearest] of [
      [["rn", "job.yaml"], "run"],
      [["run", "job.yaml", "--limt", "3"], "--limit"],
      [["run", "jbo.yaml"], "job.yaml"],
      [["run", "job.yaml", "--objects", "level"], "levels"],
    ] as const) {
      const ended = await project.dativo(words);
      expect(ended.code).toBe(2);
      expect(ended.stdout).toBe("");
      expect(ended.stderr).toContain(nearest);
    }
    for (const words of [
      ["run", "job.yaml", "--limit", "0"],
      ["run", "job.yaml", "--limit", "-1"],
      ["run"],
      ["state", "set", "job.yaml", "levels", "{"],
    ])
      expect((await project.dativo(words)).code).toBe(2);
  });

  test("colour only where it is wanted", async () => {
    const forced = await project.dativo(["--help"], { env: { NO_COLOR: undefined, FORCE_COLOR: "1" } });
    expect(forced.stdout).toContain(ESCAPE);
    expect((await project.dativo(["--help"], { env: { NO_COLOR: "1" } })).stdout).not.toContain(ESCAPE);
    expect(
      (await project.dativo(["run", "job.yaml"], { env: { NO_COLOR: undefined } })).stdout,
    ).not.toContain(ESCAPE);
  });

  test("output that is closed early, and a closed standard input", async () => {
    const query = `"${process.execPath}" "${installedCommand()}" query "from range(500000)" job.yaml --csv`;
    expect(await shell(`${query} | head -n 1`)).toEqual({ code: 0, stdout: "range\n", stderr: "" });
    expect(await shell(`"${process.execPath}" "${installedCommand()}" run job.yaml <&-`)).toMatchObject({
      code: 0,
    });
    expect(await shell(`"${process.execPath}" "${installedCommand()}" run job.yaml >&-`)).toMatchObject({
      stdout: "",
    });
  });

  async function json(words: readonly string[]) {
    const { code, stdout, stderr } = await project.dativo([...words, "--json"]);
    expect(code, `${words.join(" ")}: ${stderr}${stdout}`).toBe(0);
    return JSON.parse(stdout);
  }

  function shell(command: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn("bash", ["-c", `set -o pipefail; ${command}`], {
        cwd: project.folder,
        env: { ...process.env, NO_COLOR: "1" },
      });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });
  }
});

test("init --source csv runs at once", async () => {
  const project = new Project();
  expect((await project.dativo(["init", "people", "--source", "csv"])).code).toBe(0);
  const ended = await project.dativo(["run", "people/job.yaml", "--json"]);
  expect(ended.code, ended.stderr + ended.stdout).toBe(0);
  expect(JSON.parse(ended.stdout).objects[0].written).toBeGreaterThan(0);
  project.remove();
});

describe("a run that is under way", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "ends at %s with 130, and is taken up where it was",
    async (signal) => {
      const project = killProject(PARQUET);
      const interrupted = await project.dativo(["run", "job.yaml", "--json"], {
        env: killEnvironment({ pageMs: 200 }),
        onStart: (child) => void afterCommits(project, 1).then(() => child.kill(signal)),
      });
      expect(interrupted.code, interrupted.stderr).toBe(130);
      const report = JSON.parse(interrupted.stdout);
      expect(report).toMatchObject({ status: "interrupted", exit_code: 130 });
      expect(await targetRecords(project, PARQUET)).toHaveLength(report.objects[0].written);
      expect(report.objects[0].written).toBeLessThan(RECORDS);

      const resumed = await project.dativo(["run", "job.yaml", "--json"]);
      expect(resumed.code, resumed.stderr + resumed.stdout).toBe(0);
      expect(JSON.parse(resumed.stdout)).toMatchObject({
        run_id: report.run_id,
        resumed_from: { records: report.objects[0].read },
      });
      expect(await targetRecords(project, PARQUET)).toEqual(expectedRecords(1));
      project.remove();
    },
  );

  test("keeps a second one out, which says who is in", async () => {
    const project = killProject(PARQUET);
    let pid = 0;
    const first = project.dativo(["run", "job.yaml", "--json"], {
      env: killEnvironment({ pageMs: 200 }),
      onStart: (child) => {
        pid = Number(child.pid);
      },
    });
    await afterCommits(project, 1);
    const second = await project.dativo(["run", "job.yaml", "--json"]);
    expect(second.code).toBe(2);
    const { error } = JSON.parse(second.stdout);
    expect(error.error_code).toBe("JOB_LOCKED");
    expect(error.message).toContain(String(pid));
    const { code, stdout, stderr } = await first;
    expect(code, stderr + stdout).toBe(0);
    expect(await targetRecords(project, PARQUET)).toEqual(expectedRecords(1));
    project.remove();
  });
});

describe.runIf(process.platform === "linux")("a plugin in its own process (needs /proc)", () => {
  const SANDBOX = "plugins: { sandbox: { enabled: true, timeout: 60 } }\n";

  test("leaves no process behind when the run is killed at any moment", async () => {
    const project = killProject(PARQUET);
    project.write("job.yaml", readFileSync(project.path("job.yaml"), "utf8") + SANDBOX);
    let killed = 0;
    for (let round = 0; round < 6; round += 1) {
      const { signal } = await project.dativo(["run", "job.yaml"], {
        // The first run takes longer than any of these moments.
        env: killEnvironment({ pageMs: 120 }),
        onStart: (child) => void sleep(300 + Math.random() * 1500).then(() => child.kill("SIGKILL")),
      });
      if (signal === "SIGKILL") killed += 1;
      await expectNoProcessIn(project);
    }
    expect(killed).toBeGreaterThan(0);
    const resumed = await project.dativo(["run", "job.yaml", "--json"]);
    expect(resumed.code, resumed.stderr + resumed.stdout).toBe(0);
    expect(await targetRecords(project, PARQUET)).toEqual(expectedRecords(1));
    await expectNoProcessIn(project);
    project.remove();
  });

  test("leaves none behind either while the plugin keeps its thread busy", async () => {
    const project = killProject(PARQUET);
    project.write("job.yaml", readFileSync(project.path("job.yaml"), "utf8") + SANDBOX);
    const reader = readFileSync(project.path("zipcodes.ts"), "utf8");
    project.write(
      "zipcodes.ts",
      reader.replace("const from =", 'writeFileSync("busy", ""); for (;;);\n        const from ='),
    );
    const { signal } = await project.dativo(["run", "job.yaml"], {
      onStart: (child) =>
        void until(() => existsSync(project.path("busy"))).then(() => child.kill("SIGKILL")),
    });
    expect(signal).toBe("SIGKILL");
    await expectNoProcessIn(project);
    project.remove();
  });

  /** Waits for the processes whose working folder is the project's to end; the watch in a busy one looks every second. */
  async function expectNoProcessIn(project: Project): Promise<void> {
    await until(() => processesIn(project.folder).length === 0).catch(() => undefined);
    expect(processesIn(project.folder)).toEqual([]);
  }
});

/** Command lines of the processes that work in a folder. */
function processesIn(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // A process that has ended and was not waited for has no working folder any more.
        return readlinkSync(`/proc/${pid}/cwd`) === folder
          ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`]
          : [];
      } catch {
        return [];
      }
    });
}

/** Waits until the only run of a project has made so many commits. */
function afterCommits(project: Project, commits: number): Promise<void> {
  return until(() => {
    const runs = project.path(".dativo", "runs");
    const [run] = existsSync(runs) ? readdirSync(runs) : [];
    const journal = run === undefined ? "" : project.path(".dativo", "runs", run, "journal.jsonl");
    return existsSync(journal) && readFileSync(journal, "utf8").split('"committed"').length > commits;
  });
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error("It did not come to be so within a minute.");
    await sleep(20);
  }
}
