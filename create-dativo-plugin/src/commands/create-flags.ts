import { basename, resolve } from "node:path";
import { nearestName } from "@dativo/protocol";
import { type Answers, templateName } from "../answers/answers.js";
import { checkAnswer } from "../answers/check-answers.js";
import { callingPackageManager, DEFAULT_KIND } from "../answers/defaults.js";
import { folderProblem, projectNameFrom, projectNameProblem } from "../answers/names.js";
import { CONFLICT_POLICIES, type ConflictPolicy } from "../command-line/options.js";
import type { CommandLine } from "../command-line/parse-command-line.js";
import { Failure } from "../failure.js";
import type { TemplateBundle } from "../template/template-bundle.js";

/** What the flags of `create` ask for; everything in it is checked. */
export interface CreateFlags {
  /** Folder to create, as it was written; undefined when it was not. */
  readonly directory: string | undefined;
  /** The answers that were given, the package manager among them in any case. */
  readonly given: Partial<Answers>;
  readonly policy: ConflictPolicy | undefined;
  /** Undefined where it was not said. */
  readonly install: boolean | undefined;
  readonly git: boolean;
  readonly verify: boolean | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

const ANSWER_FLAGS = [
  "name",
  "description",
  "lang",
  "kind",
  "auth",
  "objects",
  "modes",
  "license",
  "pm",
  "ci",
] as const;

/**
 * Checks every flag, before anything is asked.
 *
 * @throws Failure `USAGE`
 */
export function readCreateFlags(
  line: CommandLine,
  env: NodeJS.ProcessEnv,
  bundle: TemplateBundle,
): CreateFlags {
  const { flags } = line;
  const given: Record<string, unknown> = { pm: callingPackageManager(env) };
  for (const key of ANSWER_FLAGS) if (flags[key] !== undefined) given[key] = checkAnswer(key, flags[key]);
  const answers = given as Partial<Answers>;
  const [directory] = line.arguments;
  if (directory !== undefined) checkDirectory(directory, answers.name !== undefined);
  if (answers.modes !== undefined && answers.kind === "reader")
    throw new Failure("USAGE", "--modes is for writers.", "Leave it out, or use --kind writer");
  if (answers.lang !== undefined || answers.kind !== undefined) checkTemplate(answers, bundle);
  const { install, verify } = flags;
  if (install === false && verify === true)
    throw new Failure("USAGE", "--verify needs the dependencies, and --no-install leaves them out.");
  return {
    directory,
    given: answers,
    policy: checkPolicy(flags["on-conflict"]),
    install: install as boolean | undefined,
    git: flags.git !== false,
    verify: verify as boolean | undefined,
    dryRun: flags["dry-run"] === true,
    yes: flags.yes === true,
  };
}

/** The name that a folder gives to the project in it, if it can. */
export function nameOfFolder(directory: string): string | undefined {
  const base = basename(resolve(directory));
  return projectNameProblem(base) === undefined ? base : projectNameFrom(base);
}

/** @throws Failure `USAGE` */
export function checkDirectory(directory: string, named: boolean): void {
  const problem = folderProblem(directory, process.platform);
  if (problem !== undefined)
    throw new Failure("USAGE", `The folder ${JSON.stringify(directory)} ${problem}.`);
  if (!named && nameOfFolder(directory) === undefined)
    throw new Failure(
      "USAGE",
      `No name for the package can be made from the folder ${JSON.stringify(directory)}.`,
      "Add one: --name my-reader",
    );
}

function checkTemplate({ lang = "ts", kind = DEFAULT_KIND }: Partial<Answers>, bundle: TemplateBundle): void {
  const wanted = templateName({ lang, kind });
  if (bundle.templates[wanted] !== undefined) return;
  const templates = Object.keys(bundle.templates);
  throw new Failure(
    "USAGE",
    `There is no template for a ${kind} in ${lang} in this version.`,
    `There are ${templates.join(", ")}.`,
  );
}

function checkPolicy(value: string | boolean | undefined): ConflictPolicy | undefined {
  if (value === undefined) return undefined;
  if (CONFLICT_POLICIES.includes(value as ConflictPolicy)) return value as ConflictPolicy;
  const nearest = nearestName(String(value), CONFLICT_POLICIES);
  throw new Failure(
    "USAGE",
    `--on-conflict is one of ${CONFLICT_POLICIES.join(", ")}, not ${JSON.stringify(value)}.`,
    nearest === undefined ? undefined : `Try --on-conflict ${nearest}`,
  );
}
