import type { Answers } from "../answers/answers.js";
import type { Terminal } from "../terminal.js";
import type { CreateRequest } from "./create-request.js";
import { runProcess } from "./run-process.js";

/** What was done with a project after its files were written. */
export interface StepResult {
  readonly step: "install" | "git" | "build" | "test";
  readonly command: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** Contract checks that passed, when tests ran. */
  readonly checks?: number;
  /** What it printed, when it failed. */
  readonly output?: string;
}

/** Installs, builds, tests and commits a new project, as far as was asked for; stops at the first that fails. */
export async function finishProject(
  root: string,
  { pm }: Answers,
  { install, git, verify }: Pick<CreateRequest, "install" | "git" | "verify">,
  terminal: Terminal,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const env = environmentOf(terminal.env);
  const run = async (
    step: StepResult["step"],
    command: string,
    words: readonly string[],
  ): Promise<StepResult> => {
    const shown = [command, ...words].join(" ");
    terminal.progress(`  ${shown}`);
    const started = performance.now();
    const { code, output } = await runProcess(command, words, { cwd: root, env });
    const seconds = Math.round(performance.now() - started) / 1000;
    const checks = step === "test" ? checksIn(output) : undefined;
    return {
      step,
      command: shown,
      ok: code === 0,
      seconds,
      ...(checks === undefined ? {} : { checks }),
      ...(code === 0 ? {} : { output }),
    };
  };
  const wanted: (readonly [StepResult["step"], string, readonly string[]])[] = [
    ...(install ? [["install", pm, ["install"]] as const] : []),
    ...(verify ? [["build", pm, ["run", "build"]] as const, ["test", pm, ["run", "test"]] as const] : []),
  ];
  for (const [step, command, words] of wanted) {
    const result = await run(step, command, words);
    results.push(result);
    if (!result.ok) break;
    terminal.line(`${terminal.colours.green("✔")} ${doneText(result)}`);
  }
  if (git) {
    const committed = await commit(root, env);
    if (committed !== undefined) results.push(committed);
  }
  return results;
}

function doneText({ step, command, checks }: StepResult): string {
  if (step === "install") return `Installed with ${command.split(" ")[0]}`;
  if (step === "build") return "Built";
  return checks === undefined ? "Tests passed" : `${checks} contract checks passed (mock API)`;
}

/** How many checks the last line of the contract run names. */
function checksIn(output: string): number | undefined {
  const found = [...output.matchAll(/^(\d+) passed, 0 failed/gm)].at(-1);
  return found === undefined ? undefined : Number(found[1]);
}

/** A repository with one commit, unless the folder is in one already or there is no Git; neither is a failure. */
async function commit(root: string, env: NodeJS.ProcessEnv): Promise<StepResult | undefined> {
  const started = performance.now();
  const git = async (...words: string[]) => (await runProcess("git", words, { cwd: root, env })).code === 0;
  if (await git("rev-parse", "--is-inside-work-tree")) return undefined;
  // A commit without hooks and signatures of this machine: those are for what the person commits.
  const ok =
    (await git("init", "--quiet", "--initial-branch=main")) &&
    (await git("add", "--all")) &&
    (await git(
      "-c",
      "commit.gpgsign=false",
      "-c",
      "core.hooksPath=.git/no-hooks",
      "commit",
      "--quiet",
      "--message",
      "Project made by create-dativo-plugin",
    ));
  const seconds = Math.round(performance.now() - started) / 1000;
  // Without a name to commit under, the files are left staged.
  return ok ? { step: "git", command: "git commit", ok, seconds } : undefined;
}

/** This process runs under a package manager, whose settings must not reach the one that it starts. */
function environmentOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) =>
      !/^npm_(package|lifecycle|config_(local_prefix|prefix|yes|global))/i.test(name) && name !== "INIT_CWD",
  );
  return { ...Object.fromEntries(kept), NO_COLOR: "1" };
}
