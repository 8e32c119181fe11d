import type { Answers } from "../answers/answers.js";
import type { CommandLine } from "../command-line/parse-command-line.js";
import { EXIT_CODES } from "../exit-code.js";
import type { OpenProject } from "../project/open-project.js";
import { RECORD_PATH, recordOf, recordText } from "../project/scaffold-record.js";
import { render } from "../template/render.js";
import type { Terminal } from "../terminal.js";
import type { Change } from "../tree/plan-changes.js";
import { planMerge } from "../tree/plan-merge.js";
import { writeChanges } from "../tree/write-changes.js";
import { changeLines, changesAsJson } from "./change-lines.js";

/** Changes one file by what it means instead of by its lines; undefined leaves it to merging. */
export type Editor = (
  path: string,
  text: string,
  template: { readonly before: string; readonly now: string },
) => string | undefined;

/**
 * Changes an answer of a project, and brings its files to it.
 *
 * Files that an editor takes are edited as their owner has them; all others are merged.
 *
 * @throws Failure what an editor throws, before anything is written
 */
export function changeAnswers(
  { folder, record, bundle }: OpenProject,
  answers: Answers,
  edit: Editor,
  line: CommandLine,
  terminal: Terminal,
): number {
  const base = render(bundle, record.answers);
  const next = render(bundle, answers);
  const changes = planMerge(folder, base, next).map((change): Change => {
    const { path } = change;
    const present = folder.read(path);
    if (present === undefined || base.get(path) === next.get(path)) return change;
    const text = edit(path, present, { before: base.get(path) ?? "", now: next.get(path) ?? "" });
    if (text === undefined) return change;
    return text === present ? { path, action: "same" } : { path, action: "update", text };
  });
  const recorded = recordText(recordOf(bundle.version, answers, next, record.migrations));
  const all: Change[] = [...changes, { path: RECORD_PATH, action: "update", text: recorded }];
  const dryRun = line.flags["dry-run"] === true;
  if (!dryRun) writeChanges(folder, all);
  // Files that are as they were are no news.
  const shown = all.filter(({ action }) => action !== "keep");
  for (const text of changeLines(shown, terminal)) terminal.line(text);
  if (dryRun) terminal.line("Nothing was written.");
  const conflicts = changes.filter(({ conflict }) => conflict === true).map(({ path }) => path);
  terminal.document({ written: !dryRun, answers, files: changesAsJson(shown), conflicts });
  return conflicts.length > 0 && !dryRun ? EXIT_CODES.MERGE_CONFLICT : EXIT_CODES.DONE;
}
