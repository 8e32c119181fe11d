import { checkAnswer } from "../answers/check-answers.js";
import type { Mode } from "../answers/choices.js";
import type { CommandLine } from "../command-line/parse-command-line.js";
import { EXIT_CODES } from "../exit-code.js";
import { Failure } from "../failure.js";
import { openProject, requireCurrent } from "../project/open-project.js";
import type { Terminal } from "../terminal.js";
import { changeAnswers } from "./add-to-project.js";

/** `add writer-mode MODE`: what the writer does with records that are already there. */
export async function addWriterMode(line: CommandLine, terminal: Terminal): Promise<number> {
  const [mode] = checkAnswer("modes", line.arguments[0], "mode") as [Mode];
  const project = openProject(line.flags.cwd);
  const { answers } = project.record;
  if (answers.kind !== "writer")
    throw new Failure(
      "USAGE",
      "This project is a reader, and only writers have modes.",
      "Add an object: add object NAME",
    );
  if (answers.modes.includes(mode)) {
    terminal.line(`${mode} is there already; nothing was changed.`);
    terminal.document({ written: false, answers, files: [], conflicts: [] });
    return EXIT_CODES.DONE;
  }
  requireCurrent(project);
  const { addToList } = await import("./edit-typescript.js");
  const edit = (path: string, text: string) =>
    answers.lang === "ts" && path === "src/index.ts" ? addToList(text, "modes", mode) : undefined;
  return changeAnswers(project, { ...answers, modes: [...answers.modes, mode] }, edit, line, terminal);
}
