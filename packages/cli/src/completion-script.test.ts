import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { completionScript } from "./completion-script.js";
import { project } from "./testing/dativo.js";

const folder = project({ "job.yaml": "source: {}\n", "notes.txt": "" });
mkdirSync(join(folder.path, ".dativo/runs/2026-11-22T06-40-11-482Z-7c41b0"), { recursive: true });
afterAll(() => folder[Symbol.dispose]());

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const script = `${completionScript("bash")}
COMP_WORDS=(dativo ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _dativo; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["--norc", "-c", script], {
    cwd: folder.path,
    encoding: "utf8",
  });
  expect(stderr.replace(/.*compopt.*\n/g, "")).toBe("");
  expect(status).toBe(0);
  return stdout.split("\n").filter((line) => line !== "");
}

describe("bash", () => {
  it("offers verbs", () => {
    expect(offered("r")).toEqual(["run", "replay", "runs"]);
    expect(offered("")).toContain("doctor");
  });

  it("offers actions and their arguments", () => {
    expect(offered("state", "")).toEqual(["show", "set", "reset"]);
    expect(offered("state", "show", "j")).toEqual(["job.yaml"]);
  });

  it("offers flags of the command and of every command", () => {
    expect(offered("run", "job.yaml", "--f")).toEqual(["--full-refresh"]);
    expect(offered("runs", "list", "--l")).toEqual(["--limit"]);
    expect(offered("check", "--d")).toEqual(["--debug"]);
  });

  it("offers job files, runs, shells and choices where they belong", () => {
    expect(offered("run", "")).toEqual(["job.yaml"]);
    expect(offered("replay", "2026")).toEqual(["2026-11-22T06-40-11-482Z-7c41b0"]);
    expect(offered("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(offered("init", "--source", "")).toEqual(["plugin", "csv"]);
  });

  it("counts positions past options and their values", () => {
    expect(offered("run", "--limit", "5", "--json", "j")).toEqual(["job.yaml"]);
    expect(offered("run", "--limit", "")).toEqual([]);
  });
});

describe.each([["zsh"], ["fish"]] as const)("%s", (shell) => {
  const present = spawnSync(shell, ["--version"]).status === 0;
  it.skipIf(!present)(`reads its script (skipped where ${shell} is not installed)`, () => {
    writeFileSync(join(folder.path, "script"), completionScript(shell));
    const { stderr, status } = spawnSync(shell, ["-n", "script"], { cwd: folder.path, encoding: "utf8" });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
});
