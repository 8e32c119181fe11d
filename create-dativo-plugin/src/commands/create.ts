import { relative, resolve } from "node:path";
import { type Answers, templateName } from "../answers/answers.js";
import { LANGUAGES, PACKAGE_MANAGERS } from "../answers/choices.js";
import { quoted, recreateCommand } from "../answers/recreate.js";
import type { ConflictPolicy } from "../command-line/options.js";
import type { CommandLine } from "../command-line/parse-command-line.js";
import { EXIT_CODES } from "../exit-code.js";
import { Failure } from "../failure.js";
import { migrationNumbers } from "../project/migrations.js";
import { RECORD_PATH, recordOf, recordText } from "../project/scaffold-record.js";
import { loadBundle } from "../template/load-bundle.js";
import { render } from "../template/render.js";
import type { TemplateBundle } from "../template/template-bundle.js";
import type { Terminal } from "../terminal.js";
import { planCreation } from "../tree/plan-changes.js";
import { ProjectFolder } from "../tree/project-folder.js";
import { writeChanges } from "../tree/write-changes.js";
import { changeLines, changesAsJson } from "./change-lines.js";
import { type CreateFlags, readCreateFlags } from "./create-flags.js";
import { type CreateRequest, requestWithoutAsking } from "./create-request.js";
import { finishProject, type StepResult } from "./finish-project.js";

/** `npm create dativo-plugin`: asks what was not said, writes the project, proves that it works. */
export async function create(line: CommandLine, terminal: Terminal): Promise<number> {
  const bundle = loadBundle();
  const request = await requestOf(readCreateFlags(line, terminal.env, bundle), terminal, bundle);
  const { answers, directory, policy } = request;
  const folder = new ProjectFolder(directory);
  refuseFolderInUse(folder, policy);

  const files = render(bundle, answers);
  const record = recordText(recordOf(bundle.version, answers, files, migrationNumbers()));
  const changes = planCreation(folder, new Map([...files, [RECORD_PATH, record]]), policy);
  const recreate = recreateCommand(answers, bundle.version, directoryWord(directory));
  const facts = {
    directory: folder.root,
    template: templateName(answers),
    answers,
    files: changesAsJson(changes),
    recreate,
  };
  if (request.dryRun) {
    for (const text of changeLines(changes, terminal)) terminal.line(text);
    terminal.line();
    terminal.line(`Nothing was written. Create it: ${recreate}`);
    terminal.document({ ...facts, written: false });
    return EXIT_CODES.DONE;
  }
  writeChanges(folder, changes);

  const { green } = terminal.colours;
  const what = `${answers.kind}, ${LANGUAGES[answers.lang].label}`;
  const written = changes.filter(({ text }) => text !== undefined).length;
  terminal.line(`${green("✔")} Created ${directoryWord(directory)} (${what}): ${written} files`);
  const steps = await finishProject(folder.root, answers, request, terminal);
  const failed = steps.find(({ ok }) => !ok);
  const conflicts = changes.filter(({ conflict }) => conflict === true).map(({ path }) => path);
  terminal.document({ ...facts, written: true, conflicts, steps });
  for (const path of conflicts) terminal.line(`${terminal.colours.red("!")} ${path} holds conflict markers`);
  if (failed !== undefined) reportFailedStep(failed, directory, terminal);
  else nextSteps(directory, answers, request, recreate, terminal);
  if (failed !== undefined) return EXIT_CODES.NOT_VERIFIED;
  return conflicts.length > 0 ? EXIT_CODES.MERGE_CONFLICT : EXIT_CODES.DONE;
}

/** Asks for what the flags leave open, or says which would have said it. */
async function requestOf(
  flags: CreateFlags,
  terminal: Terminal,
  bundle: TemplateBundle,
): Promise<CreateRequest> {
  if (!terminal.interactive) return requestWithoutAsking(flags);
  const { askForMissing } = await import("./create-prompts.js");
  return askForMissing(flags, bundle);
}

function refuseFolderInUse(folder: ProjectFolder, policy: ConflictPolicy): void {
  if (policy !== "abort" || folder.isEmpty()) return;
  throw new Failure(
    "TARGET_CONFLICT",
    `${folder.root} is not empty. Nothing was written.`,
    "Name another folder, or say what to do with files in the way: --on-conflict skip, overwrite or merge.",
  );
}

function reportFailedStep(step: StepResult, directory: string, terminal: Terminal): void {
  const { stderr } = process;
  stderr.write(`✖ NOT_VERIFIED  ${step.command} failed; the files are written.\n`);
  if (!terminal.json)
    for (const text of (step.output ?? "").trimEnd().split("\n").slice(-25)) stderr.write(`  ${text}\n`);
  stderr.write(`  Go on by hand: cd ${quoted(directoryWord(directory))} && ${step.command}\n`);
}

function nextSteps(
  directory: string,
  answers: Answers,
  { install }: Pick<CreateRequest, "install">,
  recreate: string,
  terminal: Terminal,
): void {
  const { bold } = terminal.colours;
  const pm = PACKAGE_MANAGERS[answers.pm];
  const inside = resolve(directory) === process.cwd();
  terminal.line();
  terminal.line(bold("Next"));
  if (!inside) terminal.line(`  cd ${quoted(directoryWord(directory))}`);
  if (!install) terminal.line(`  ${answers.pm} install`);
  const rows = [
    [pm.test, "run the tests and the contract checks"],
    [`${pm.run} dev`, "mock API, watch, one page printed"],
  ] as const;
  for (const [command, what] of rows) terminal.line(`  ${command.padEnd(15)} ${what}`);
  terminal.line(`  edit ${firstFile(answers)}`);
  terminal.line();
  terminal.line(`Recreate: ${recreate}`);
}

function firstFile({ lang, kind, objects }: Answers): string {
  const [object = ""] = objects;
  if (lang === "rust") return kind === "reader" ? `src/objects/${object}.rs` : "src/lib.rs";
  if (lang === "python") return kind === "reader" ? `src/objects/${object}.py` : "src/writer.py";
  return kind === "reader" ? `src/objects/${object}.ts` : "src/index.ts";
}

/** A folder as messages show it: relative to here when it is below. */
function directoryWord(directory: string): string {
  const below = relative(process.cwd(), resolve(directory));
  if (below === "") return ".";
  return below.startsWith("..") ? directory : below;
}
