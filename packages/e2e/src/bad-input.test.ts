import { readFileSync } from "node:fs";
import { ERROR_CATALOGUE } from "@dativo/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BadInput } from "./bad-input/bad-input.js";
import { BUILT_IN_CASES } from "./bad-input/built-in-cases.js";
import { COMMAND_LINE_CASES } from "./bad-input/command-line-cases.js";
import { HTTP_CASES, startWrongApi } from "./bad-input/http-cases.js";
import { JOB_FILE_CASES } from "./bad-input/job-file-cases.js";
import { LEFTOVER_CASES } from "./bad-input/leftover-cases.js";
import { PLUGIN_LOADING_CASES, PLUGIN_READING_CASES } from "./bad-input/plugin-cases.js";
import { WRITER_CASES } from "./bad-input/writer-cases.js";
import { type Ended, Project } from "./dativo.js";
import { changes, newRuns, treeOf } from "./project-tree.js";
import { sample } from "./sample.js";

/** The parts of an error's JSON that are told to people. */
interface ToldError {
  readonly error_code: string;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly details: { readonly issues?: readonly { readonly problem: string; readonly hint: string }[] };
}

/** A line of a stack trace, or a place inside this product. */
const STACK = /^\s*at .*(:\d+:\d+|<anonymous>|native)\)?$|node:internal|node_modules|[\\/]dist[\\/]/m;

/** What is different each time. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-[0-9a-f]{6}/g, "$$RUN"],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "$$TIME"],
  [/\b(process|kill) \d+/g, "$1 $$PID"],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "$$UUID"],
  [/FATAL ERROR: .*/g, "$$FATAL"],
];

let api: Awaited<ReturnType<typeof startWrongApi>>;
beforeAll(async () => {
  api = await startWrongApi();
});
afterAll(() => api.close());

const GROUPS: readonly (readonly [name: string, cases: readonly BadInput[]])[] = [
  ["job files", JOB_FILE_CASES],
  ["command line", COMMAND_LINE_CASES],
  ["loading plugins", PLUGIN_LOADING_CASES],
  ["reading with plugins", PLUGIN_READING_CASES],
  ["writing with plugins", WRITER_CASES],
  ["servers", HTTP_CASES],
  ["built-in sources and targets", BUILT_IN_CASES],
  ["what earlier runs left", LEFTOVER_CASES],
];

const CASES = GROUPS.flatMap(([, cases]) => cases);

/** Mistakes that are told to machines too; in a sample, one of each error code. */
const TOLD_TO_MACHINES = new Set(
  sample(CASES, ({ code }, index) => CASES.findIndex((bad) => bad.code === code) === index),
);

describe.each(GROUPS)("%s", (_, cases) => {
  test.each(cases.map((bad) => [bad.name, bad] as const))("%s", async (_name, bad) => {
    const [forPeople, forMachines] = await Promise.all([
      attempt(bad, []),
      TOLD_TO_MACHINES.has(bad) ? attempt(bad, ["--json"]) : undefined,
    ]);

    expect(forPeople.ended, forPeople.said).toMatchObject({ code: bad.exit ?? 2, signal: null });
    expect(forPeople.said).toContain(`✖ ${bad.code}`);
    for (const text of bad.says) {
      if (typeof text === "string") expect(forPeople.said).toContain(text);
      else expect(forPeople.said).toMatch(text);
    }
    if (forMachines !== undefined) expectSameForMachines(bad, forPeople, forMachines);

    for (const { said, changed, runs } of [forPeople, ...(forMachines === undefined ? [] : [forMachines])]) {
      expect(said).not.toMatch(STACK);
      expect(changed.filter((path) => bad.leaves?.test(path) !== true)).toEqual([]);
      expect(runs.length, "runs that began").toBe(bad.begins === true ? 1 : 0);
    }
  });
});

test("every mistake is told apart by its name", () => {
  const names = CASES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

/** Sees that machines are told the same as people: each mistake with what to do about it. */
function expectSameForMachines(bad: BadInput, forPeople: Attempt, forMachines: Attempt): void {
  expect(forMachines.ended.code).toBe(forPeople.ended.code);
  const { error } = JSON.parse(forMachines.ended.stdout) as { error: ToldError };
  expect(error.error_code, forPeople.said).toBe(bad.code);
  expect(error.retryable).toBe(ERROR_CATALOGUE[bad.code].retryable);
  expect(error.hint).toMatch(/\S/);
  const told = unindented(forPeople.said);
  const issues = (error.details.issues ?? []).filter(({ problem }) => problem !== undefined);
  for (const { problem, hint } of issues.length > 0
    ? issues
    : [{ problem: error.message, hint: error.hint }]) {
    expect(told).toContain(unindented(forMachines.shown(problem)));
    expect(told).toContain(unindented(forMachines.shown(hint)));
  }
}

interface Attempt {
  readonly ended: Ended;
  /** Everything printed, with names of this project taken out. */
  readonly said: string;
  readonly changed: readonly string[];
  readonly runs: readonly string[];
  shown(text: string): string;
}

async function attempt(bad: BadInput, flags: readonly string[]): Promise<Attempt> {
  const project = new Project(bad.files);
  const env = { API_URL: api.url, ...bad.env };
  const clean = await bad.prepare?.(project);
  try {
    const before = treeOf(project.folder);
    const ended = await project.dativo([...(bad.args ?? ["run", "job.yaml"]), ...flags], { env });
    const after = treeOf(project.folder);
    const shown = (text: string) =>
      CHANGING.reduce(
        (all, [pattern, name]) => all.replaceAll(pattern, name),
        text.replaceAll(project.folder, "$PROJECT"),
      );
    const runs = newRuns(before, after);
    for (const run of runs)
      expect(() => JSON.parse(readFileSync(project.path(run, "report.json"), "utf8"))).not.toThrow();
    return {
      ended,
      said: shown(`${ended.stdout}${ended.stderr}`),
      changed: changes(before, after),
      runs,
      shown,
    };
  } finally {
    await clean?.();
    project.remove();
  }
}

/** Indentation taken out, since the terminal's differs from the document's. */
function unindented(text: string): string {
  return text.replaceAll(/^ +/gm, "");
}
