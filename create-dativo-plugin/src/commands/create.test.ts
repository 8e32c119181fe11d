import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, run, treeOf } from "../testing/command.js";

const QUIET = ["--yes", "--no-install", "--no-git"] as const;

/** A command as a POSIX shell splits it into words. */
function wordsOf(command: string): string[] {
  const script = `for word in "$@"; do printf '%s\\0' "$word"; done`;
  const output = execFileSync("sh", ["-c", `set -- ${command}\n${script}`], { encoding: "utf8" });
  return output.split("\0").slice(0, -1);
}

describe("create", () => {
  it("writes a project, says what comes next, and how to make it again", async () => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = await run(cwd, ["acme", ...QUIET]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^✔ Created acme \(reader, TypeScript\): \d+ files\n\nNext\n {2}cd acme\n {2}npm install\n/,
    );
    expect(stdout).not.toContain("\u001b");
    expect(Object.keys(treeOf(cwd))).toEqual(
      expect.arrayContaining(["acme/job.yaml", "acme/.dativo/scaffold.json"]),
    );
  });

  it.each([
    ["ts", "reader", "none", []],
    ["ts", "writer", "oauth2", ["--modes", "merge,append", "--license", "none", "--no-ci"]],
    ["python", "reader", "basic", ["--objects", "gnus,okapis", "--license", "MIT"]],
    ["rust", "writer", "api-key", ["--pm", "pnpm", "--description", `It's "quoted", costs $5 & more!`]],
  ] as const)("prints a command that makes %s %s %s again, byte for byte", async (lang, kind, auth, more) => {
    const first = emptyFolder();
    const flags = ["--lang", lang, "--kind", kind, "--auth", auth, ...more];
    const { stdout } = await run(first, ["zebra-feed", ...flags, ...QUIET]);
    const recreate = /^Recreate: (.*)$/m.exec(stdout)?.[1] ?? "";
    const words = wordsOf(recreate);
    const second = emptyFolder();
    // Everything up to the package's name is the package manager's.
    const own = words.slice(words.findIndex((word) => word.startsWith("dativo-plugin@")) + 1);
    expect((await run(second, [...own, "--no-install", "--no-git"])).code).toBe(0);
    expect(treeOf(second)).toEqual(treeOf(first));
  });

  it("with --dry-run shows all and writes nothing", async () => {
    const cwd = emptyFolder();
    const { code, stdout } = await run(cwd, ["acme", "--yes", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toContain("create src/index.ts");
    expect(stdout).toContain("Nothing was written");
    expect(treeOf(cwd)).toEqual({});
    expect(existsSync(join(cwd, "acme"))).toBe(false);
  });

  it("with --json prints one document", async () => {
    const { code, stdout } = await run(emptyFolder(), ["acme", ...QUIET, "--json", "--kind", "writer"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      template: "ts-writer",
      written: true,
      conflicts: [],
      steps: [],
      answers: { name: "acme", kind: "writer", modes: ["append"] },
      recreate: expect.stringContaining("npm create dativo-plugin@"),
    });
  });

  it("makes a repository with one commit, and none inside another", async () => {
    const cwd = emptyFolder();
    const env = {
      GIT_AUTHOR_NAME: "a",
      GIT_AUTHOR_EMAIL: "a@example.com",
      GIT_COMMITTER_NAME: "a",
      GIT_COMMITTER_EMAIL: "a@example.com",
    };
    await run(cwd, ["acme", "--yes", "--no-install"], env);
    const git = (...words: string[]) =>
      execFileSync("git", words, { cwd: join(cwd, "acme"), encoding: "utf8" });
    expect(git("log", "--format=%s")).toBe("Project made by create-dativo-plugin\n");
    expect(git("status", "--porcelain")).toBe("");
    await run(join(cwd, "acme"), ["inner", "--yes", "--no-install"], env);
    expect(existsSync(join(cwd, "acme", "inner", "job.yaml"))).toBe(true);
    expect(existsSync(join(cwd, "acme", "inner", ".git"))).toBe(false);
  });

  it("takes the package manager that started it", async () => {
    const cwd = emptyFolder();
    await run(cwd, ["acme", ...QUIET], { npm_config_user_agent: "pnpm/9.0.0 npm/? node/v20" });
    expect(readFileSync(join(cwd, "acme", "README.md"), "utf8")).toContain("pnpm test");
  });
});

describe("what cannot be", () => {
  it.each([
    [["acme", "--lang", "tss", "--yes"], 2, "Try --lang ts"],
    [["acme", "--kind", "raeder", "--yes"], 2, "Try --kind reader"],
    [["acme", "--auth", "outh2", "--yes"], 2, "Try --auth oauth2"],
    [["acme", "--objects", "../x", "--yes"], 2, "--objects"],
    [["acme", "--objects", "a,LineItems", "--yes"], 2, "Try --objects line_items"],
    [["acme", "--objects", ",", "--yes"], 2, "at least one"],
    [["acme", "--name", "../x", "--yes"], 2, "Try --name x"],
    [["acme", "--name", "A B", "--yes"], 2, "Try --name a-b"],
    [["acme", "--description", "a\nb", "--yes"], 2, "single line"],
    [["acme", "--on-conflict", "mrege", "--yes"], 2, "Try --on-conflict merge"],
    [["acme", "--no-install", "--verify", "--yes"], 2, "--verify needs"],
    [["acme", "--modes", "merge", "--kind", "reader", "--yes"], 2, "for writers"],
    [["日本", "--yes"], 2, "Add one: --name"],
    [["acme", "--nope"], 2, "no option --nope"],
    [["acme", "b"], 2, "one argument too many"],
    [["acme"], 2, "--kind, --lang are missing"],
    [[], 2, "dir, --kind, --lang are missing"],
    [["upgrade"], 2, "NOT_A_PROJECT"],
    [["add", "object", "orders"], 2, "NOT_A_PROJECT"],
    [["doctor"], 2, "NOT_A_PROJECT"],
  ] as const)("%j ends with %i and says what to do", async (words, exitCode, text) => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = await run(cwd, words);
    expect(stderr).toContain(text);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
    expect(treeOf(cwd)).toEqual({});
  });

  it("is told as a document with --json, and with its place with --debug", async () => {
    const { code, stdout } = await run(emptyFolder(), ["acme", "--lang", "tss", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: "USAGE",
        message: '--lang is one of ts, rust, python, not "tss".',
        hint: "Try --lang ts",
      },
    });
    expect((await run(emptyFolder(), ["acme", "--lang", "tss", "--debug"])).stderr).toMatch(/\n\s+at /);
  });

  it("prints a complete command when nobody can be asked", async () => {
    const { stderr } = await run(emptyFolder(), ["acme"]);
    expect(stderr).toContain("npm create dativo-plugin@latest acme -- --lang ts --kind reader");
  });
});

describe("a folder that is in use", () => {
  const inUse = async () => {
    const cwd = emptyFolder();
    await run(cwd, ["acme", ...QUIET]);
    writeFileSync(join(cwd, "acme", "job.yaml"), "name: mine\n");
    writeFileSync(join(cwd, "acme", "mine.txt"), "mine\n");
    rmSync(join(cwd, "acme", "biome.json"));
    return { cwd, before: treeOf(cwd) };
  };

  it("is left alone", async () => {
    const { cwd, before } = await inUse();
    const { code, stderr } = await run(cwd, ["acme", ...QUIET]);
    expect(code).toBe(3);
    expect(stderr).toContain("--on-conflict skip, overwrite or merge");
    expect(treeOf(cwd)).toEqual(before);
    expect((await run(cwd, ["acme/job.yaml", "--name", "x", ...QUIET])).code).toBe(3);
  });

  it("keeps its files with skip, and gets those that are missing", async () => {
    const { cwd, before } = await inUse();
    expect((await run(cwd, ["acme", ...QUIET, "--on-conflict", "skip"])).code).toBe(0);
    const after = treeOf(cwd);
    expect(after).toMatchObject(before);
    expect(after["acme/biome.json"]).toBeDefined();
  });

  it("loses nothing but files of the project with overwrite", async () => {
    const { cwd } = await inUse();
    expect((await run(cwd, ["acme", ...QUIET, "--on-conflict", "overwrite"])).code).toBe(0);
    const after = treeOf(cwd);
    expect(after["acme/mine.txt"]).toBe("mine\n");
    expect(after["acme/job.yaml"]).toContain("name: acme\n");
  });

  it("ends with 5 where merging leaves conflict markers", async () => {
    const { cwd } = await inUse();
    const { code, stdout } = await run(cwd, ["acme", ...QUIET, "--on-conflict", "merge"]);
    expect(code).toBe(5);
    expect(stdout).toContain("job.yaml holds conflict markers");
    const job = treeOf(cwd)["acme/job.yaml"] ?? "";
    expect(job).toContain("<<<<<<< yours\nname: mine\n");
  });

  it.skipIf(process.platform === "win32")("is not left through links (needs links)", async () => {
    const cwd = emptyFolder();
    const outside = emptyFolder();
    mkdirSync(join(cwd, "acme"));
    symlinkSync(outside, join(cwd, "acme", "src"));
    const { code, stderr } = await run(cwd, ["acme", ...QUIET, "--on-conflict", "overwrite"]);
    expect(code).toBe(3);
    expect(stderr).toContain("is a link");
    expect(treeOf(outside)).toEqual({});
    expect(Object.keys(treeOf(cwd))).toEqual([]);
  });
});

it("files that are written stay when installing fails, which is 4", async () => {
  const cwd = emptyFolder();
  const { code, stdout, stderr } = await run(cwd, ["acme", "--yes", "--no-git"], {
    npm_config_registry: "http://127.0.0.1:9/",
    npm_config_fetch_retries: "0",
    npm_config_cache: join(cwd, "cache"),
  });
  expect(code).toBe(4);
  expect(stdout).toContain("✔ Created acme");
  expect(stderr).toContain("NOT_VERIFIED  npm install failed; the files are written.");
  expect(stderr).toContain("cd acme && npm install");
  expect(existsSync(join(cwd, "acme", "job.yaml"))).toBe(true);
});

it("help and version", async () => {
  const cwd = emptyFolder();
  const help = await run(cwd, ["--help"]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  for (const word of ["--lang", "--on-conflict", "add object", "upgrade", "doctor"])
    expect(help.stdout).toContain(word);
  expect((await run(cwd, ["upgrade", "--help"])).stdout).toContain("--dry-run");
  expect((await run(cwd, ["add", "--help"])).code).toBe(0);
  expect((await run(cwd, ["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
