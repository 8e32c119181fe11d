import type { Answers } from "../answers/answers.js";
import { checkObjectName } from "../answers/check-answers.js";
import type { CommandLine } from "../command-line/parse-command-line.js";
import { EXIT_CODES } from "../exit-code.js";
import { Failure } from "../failure.js";
import { openProject, requireCurrent } from "../project/open-project.js";
import type { Terminal } from "../terminal.js";
import { mergeUnion } from "../tree/merge.js";
import { changeAnswers, type Editor } from "./add-to-project.js";

/** Records of each object in the fixtures that a template brings. */
const FIXTURE_RECORDS = 25;

/** Files that list the objects of a project in Rust or Python. */
const OBJECT_LISTS = ["/objects/__init__.py", "/objects/mod.rs"];

/** `add object NAME`: its schema, fixture and test, registered in the reader and in the job. */
export async function addObject(line: CommandLine, terminal: Terminal): Promise<number> {
  const object = checkObjectName(line.arguments[0] ?? "", "name");
  const project = openProject(line.flags.cwd);
  const { answers } = project.record;
  if (answers.objects.includes(object)) {
    terminal.line(`${object} is there already; nothing was changed.`);
    terminal.document({ written: false, answers, files: [], conflicts: [] });
    return EXIT_CODES.DONE;
  }
  requireCurrent(project);
  const editor =
    answers.lang === "ts" ? await typescriptEditor(object, answers) : await listEditor(object, answers);
  const status = changeAnswers(
    project,
    { ...answers, objects: [...answers.objects, object] },
    editor,
    line,
    terminal,
  );
  terminal.line();
  terminal.line(
    `Next: the real columns of ${object}, and records as the API gives them in mock/fixtures/${object}.json`,
  );
  return status;
}

async function jobEditor(object: string, { kind }: Answers): Promise<Editor> {
  const { addToJob } = await import("./edit-job.js");
  const list = kind === "reader" ? "objects" : "files";
  return (path, text) => {
    if (path !== "job.yaml") return undefined;
    return addToJob(text, object, kind) ?? notAsMade(path, `list \`${list}\` below \`source\``, object);
  };
}

/** Rust and Python list their objects in one file, a line each: what both sides added there stands together. */
async function listEditor(object: string, answers: Answers): Promise<Editor> {
  const editJob = await jobEditor(object, answers);
  return (path, text, template) =>
    OBJECT_LISTS.some((name) => path.endsWith(name))
      ? mergeUnion(text, template.before, template.now)
      : editJob(path, text, template);
}

async function typescriptEditor(object: string, answers: Answers): Promise<Editor> {
  const { addToConstant, registerObject } = await import("./edit-typescript.js");
  const editJob = await jobEditor(object, answers);
  return (path, text, template) => {
    if (path === "src/index.ts" && answers.kind === "reader")
      return registerObject(text, object) ?? notAsMade(path, "`defineReader({ objects: { … } })`", object);
    // Whoever rewrote the tests also says what they expect.
    if (path.startsWith("test/"))
      return addToConstant(text, "RECORDS", object, String(FIXTURE_RECORDS)) ?? text;
    return editJob(path, text, template);
  };
}

function notAsMade(path: string, what: string, object: string): never {
  throw new Failure(
    "TARGET_CONFLICT",
    `${path} has no ${what} that ${object} could be added to. Nothing was written.`,
    `Bring it back for a moment, or write the object by hand after the model of another one.`,
  );
}
