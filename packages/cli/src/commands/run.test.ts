import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dativo, project } from "../testing/dativo.js";
import { CSV_PROJECT, REJECTING_PROJECT, tickProject } from "../testing/projects.js";

describe("dativo run", () => {
  it("moves a CSV file to Parquet and shows its books and what to type next", async () => {
    using folder = project(CSV_PROJECT);
    const { code, stdout, stderr } = await dativo(["run", "job.yaml"], { cwd: folder.path });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^✔ people {2}3 read = 3 written/);
    expect(stdout).toMatch(/data\/people\/ {2}1 file, .*dativo query "select count\(\*\) from people"/);
    expect(code).toBe(0);
  });

  it("prints exactly the report with --json", async () => {
    using folder = project(CSV_PROJECT);
    const { code, stdout, stderr } = await dativo(["run", "job.yaml", "--json"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stderr).toBe("");
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      status: "succeeded",
      exit_code: 0,
      objects: [{ object: "people", read: 3, written: 3 }],
    });
    expect(
      JSON.parse(readFileSync(join(folder.path, ".dativo/runs", report.run_id, "report.json"), "utf8")),
    ).toEqual(report);
  });

  it("runs a TypeScript plugin that has no install of its own, keeping what it prints off standard output", async () => {
    using folder = project(tickProject({ ticks: 12, everyMs: 0 }));
    const { code, stdout, stderr } = await dativo(["run", "job.yaml", "--json"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).objects).toMatchObject([
      { object: "ticks", read: 12, written: 12, commits: 2 },
    ]);
    expect(stderr).toContain("tick 11");
  });

  it("runs a plugin in a child process", async () => {
    const files = tickProject({ ticks: 3, everyMs: 0 });
    using folder = project({
      ...files,
      "job.yaml": `${files["job.yaml"]}plugins: { sandbox: { enabled: true } }\n`,
    });
    const { code, stdout } = await dativo(["run", "job.yaml", "--json"], { cwd: folder.path });
    expect(JSON.parse(stdout)).toMatchObject({ status: "succeeded", objects: [{ written: 3 }] });
    expect(code).toBe(0);
  });

  it("ends with 1 and says where they are when records were rejected", async () => {
    using folder = project(REJECTING_PROJECT);
    const { code, stdout } = await dativo(["run", "job.yaml"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(stdout).toContain("3 read = 2 written + 1 rejected");
    const [, file = "", run] = /1 rejected → (\S+)\s+\(dativo replay (\S+)\)/.exec(stdout) ?? [];
    expect(existsSync(join(folder.path, file))).toBe(true);
    expect(file).toBe(`.dativo/runs/${run}/dead-letters.jsonl`);
  });

  it("ends with 2 and the error when it failed, without a stack", async () => {
    using folder = project({
      ...REJECTING_PROJECT,
      "job.yaml": REJECTING_PROJECT["job.yaml"].replace("warn", "strict"),
    });
    const { code, stdout, stderr } = await dativo(["run", "job.yaml"], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^✖ numbers {2}0 read/);
    expect(stderr).toContain("✖ VALIDATION_FAILED");
    expect(stderr).not.toMatch(/^\s+at /m);
    const json = JSON.parse((await dativo(["run", "job.yaml", "--json"], { cwd: folder.path })).stdout);
    expect(json.error).toMatchObject({ error_code: "VALIDATION_FAILED" });
  });

  it("respects --limit, --objects and --dry-run", async () => {
    using folder = project(CSV_PROJECT);
    const dry = await dativo(["run", "job.yaml", "--dry-run", "--json"], { cwd: folder.path });
    expect(JSON.parse(dry.stdout)).toMatchObject({ kind: "dry_run", objects: [{ read: 3 }] });
    expect(existsSync(join(folder.path, "data"))).toBe(false);
    const wrong = await dativo(["run", "job.yaml", "--objects", "peple"], { cwd: folder.path });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/OBJECT_NOT_FOUND[\s\S]*people/) });
    using ticks = project(tickProject({ ticks: 50, everyMs: 0 }));
    const limited = await dativo(["run", "job.yaml", "--limit", "7", "--json"], { cwd: ticks.path });
    expect(JSON.parse(limited.stdout).objects).toMatchObject([{ status: "partial", read: 7, written: 7 }]);
  });

  it("explains without running", async () => {
    using folder = project(CSV_PROJECT);
    const { code, stdout } = await dativo(["run", "job.yaml", "--explain"], { cwd: folder.path });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^reader\s+csv/);
    expect(stdout).toMatch(/^people\n {2}mode\s+append/m);
    expect(existsSync(join(folder.path, "data"))).toBe(false);
    expect(
      JSON.parse((await dativo(["run", "job.yaml", "--explain", "--json"], { cwd: folder.path })).stdout),
    ).toMatchObject({
      writer: { name: "parquet" },
      objects: [{ object: "people", state: null }],
    });
  });

  it("shows every mistake of a job with its place, on standard error", async () => {
    using folder = project({
      "job.yaml":
        'source:\n  typ: csv\n  credentials: { key: "${NO_SUCH_VARIABLE}" }\ntarget:\n  type: parquet\n',
    });
    const { code, stdout, stderr } = await dativo(["run", "job.yaml"], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^✖ CONFIG_\w+ {2}job\.yaml:\d+:\d+ {2}source\./m);
    expect(stderr).toMatch(/docs\/reference\/errors\.md#CONFIG_/);
  });
});
