import { afterAll, describe, expect, it } from "vitest";
import type { CommandDefinition } from "./command-definition.js";
import { COMMAND_TABLE } from "./command-table.js";
import { usage } from "./help.js";
import { dativo, project } from "./testing/dativo.js";

const COMMANDS: readonly CommandDefinition[] = COMMAND_TABLE;
const empty = project();
afterAll(() => empty[Symbol.dispose]());
const run = (...words: string[]) => dativo(words, { cwd: empty.path });

describe("help", () => {
  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    "%s --help shows usage, options and examples",
    async (name, command) => {
      const { code, stdout, stderr } = await run(...name.split(" "), "--help");
      expect(code).toBe(0);
      expect(stderr).toBe("");
      expect(stdout).toContain(usage(command));
      expect(stdout).toContain(command.summary);
      for (const { flag } of command.options) expect(stdout).toContain(`--${flag}`);
      for (const { name: argument } of command.arguments) expect(stdout).toContain(argument);
      for (const { line } of command.examples) expect(stdout).toContain(line);
      expect(await run("help", ...name.split(" "))).toMatchObject({ code: 0, stdout });
    },
  );

  it("names every verb without arguments, with --help and with help, exit 0", async () => {
    const { code, stdout } = await run();
    expect(code).toBe(0);
    for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name.split(" ")[0]} `, "m"));
    expect((await run("--help")).stdout).toBe(stdout);
    expect((await run("help")).stdout).toBe(stdout);
  });

  it.each(["state", "runs"])("%s alone lists its actions", async (verb) => {
    const { code, stdout } = await run(verb);
    expect(code).toBe(0);
    for (const { name } of COMMANDS.filter((command) => command.name.startsWith(`${verb} `)))
      expect(stdout).toContain(name.slice(verb.length + 1));
  });

  it("prints the version", async () => {
    expect(await run("--version")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe("usage errors", () => {
  it.each([
    { words: ["rnu", "job.yaml"], says: 'Unknown command "rnu".', hint: "Did you mean run?" },
    {
      words: ["run", "job.yaml", "--limt", "3"],
      says: 'Unknown option "--limt".',
      hint: "Did you mean --limit? See dativo help run.",
    },
    { words: ["run", "--jsno", "job.yaml"], says: 'Unknown option "--jsno".', hint: "Did you mean --json?" },
    {
      words: ["state", "shwo", "job.yaml"],
      says: 'Unknown command "shwo".',
      hint: "Did you mean show? See dativo help state.",
    },
    { words: ["run", "a.yaml", "b.yaml"], says: "Too many arguments", hint: "See dativo help run." },
    { words: ["run", "a.yaml", "--limit", "0"], says: "above 0", hint: "See dativo help run." },
    { words: ["run", "a.yaml", "--limit"], says: "argument missing", hint: "See dativo help run." },
    { words: ["run", "a.yaml", "--objects", "a,,b"], says: "commas", hint: "See dativo help run." },
    { words: ["completion", "tcsh"], says: 'There is no shell "tcsh"', hint: "bash, zsh, fish" },
    { words: ["completion"], says: "needs SHELL", hint: "Usage: dativo completion bash|zsh|fish" },
    { words: ["schema", "jobs"], says: 'There is no document "jobs"', hint: "job, asset, report" },
    { words: ["query"], says: "needs SQL", hint: "Usage: dativo query SQL" },
    { words: ["init", "--source", "xml"], says: "xml", hint: "See dativo help init." },
    { words: ["help", "rnu"], says: 'Unknown command "rnu".', hint: "Did you mean run?" },
    { words: ["run"], says: "needs a job file", hint: "dativo init" },
  ])("$words", async ({ words, says, hint }) => {
    const { code, stdout, stderr } = await run(...words);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^✖ USAGE\n/);
    expect(stderr).toContain(says);
    expect(stderr).toContain(hint);
    expect(stderr).toContain("docs/reference/errors.md#USAGE");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("is one JSON document with --json", async () => {
    const { code, stdout, stderr } = await run("run", "job.yaml", "--limt", "--json");
    expect(code).toBe(2);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout).error).toMatchObject({
      error_code: "USAGE",
      message: 'Unknown option "--limt".',
      retryable: false,
    });
  });

  it("shows where it was thrown with --debug only", async () => {
    expect((await run("rnu", "--debug")).stderr).toMatch(/^\s+at /m);
  });

  it("lists the job files nearby when none is named", async () => {
    using folder = project({
      "jobs/quakes.yaml": "source:\n  type: csv\ntarget:\n  type: parquet\n",
      "orders.yml": "source: {type: csv}\ntarget: {type: parquet}\n",
      "compose.yaml": "services: {}\n",
      "jobs/broken.yaml": "source: [\ntarget: x",
    });
    const { code, stderr } = await dativo(["validate"], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain("dativo validate orders.yml\n");
    expect(stderr).toContain("dativo validate jobs/quakes.yaml\n");
    expect(stderr).not.toContain("compose.yaml");
  });
});

describe("colour", () => {
  const coloured = (env: Record<string, string>, ...more: string[]) =>
    dativo(["rnu", ...more], { cwd: empty.path, env }).then(({ stderr }) => stderr.includes("\u001b["));

  it("is left out when piped, shown with FORCE_COLOR, and never with --no-color", async () => {
    expect(await coloured({})).toBe(false);
    expect(await coloured({ FORCE_COLOR: "1" })).toBe(true);
    expect(await coloured({ FORCE_COLOR: "0" })).toBe(false);
    expect(await coloured({ FORCE_COLOR: "1" }, "--no-color")).toBe(false);
  });
});
