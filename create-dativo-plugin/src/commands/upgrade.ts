import type { CommandLine } from "../command-line/parse-command-line.js";
import { EXIT_CODES } from "../exit-code.js";
import { conflictedFiles, openProject } from "../project/open-project.js";
import { planUpgrade } from "../project/upgrade-plan.js";
import { loadEarlierBundle } from "../template/load-bundle.js";
import type { Terminal } from "../terminal.js";
import { shortList } from "../tree/plan-changes.js";
import { writeChanges } from "../tree/write-changes.js";
import { changeLines, changesAsJson } from "./change-lines.js";

/** `upgrade`: merges what newer templates have into the project, below its owner's edits. */
export async function upgrade(line: CommandLine, terminal: Terminal): Promise<number> {
  const project = openProject(line.flags.cwd);
  const { folder, record, bundle } = project;
  const left = conflictedFiles(project);
  if (left.length > 0) {
    terminal.line(
      `${shortList(left)} still holds conflict markers; resolve them first. Nothing was changed.`,
    );
    terminal.document({
      from: record.version,
      to: bundle.version,
      written: false,
      files: [],
      conflicts: left,
    });
    return EXIT_CODES.MERGE_CONFLICT;
  }
  const { changes, migrations } = planUpgrade(project, loadEarlierBundle);
  const dryRun = line.flags["dry-run"] === true;
  const conflicts = changes.filter(({ conflict }) => conflict === true).map(({ path }) => path);
  if (!dryRun) writeChanges(folder, changes);
  terminal.document({
    from: record.version,
    to: bundle.version,
    written: !dryRun && changes.length > 0,
    files: changesAsJson(changes),
    migrations: migrations.map(({ number, summary }) => ({ number, summary })),
    conflicts,
  });
  if (changes.length === 0) {
    terminal.line(`This project is up to date with ${bundle.version}; nothing was changed.`);
    return EXIT_CODES.DONE;
  }
  for (const text of changeLines(changes, terminal)) terminal.line(text);
  for (const { number, summary } of migrations) terminal.line(`migration ${number}: ${summary}`);
  const { green, red } = terminal.colours;
  if (dryRun) terminal.line("Nothing was written.");
  else terminal.line(`${green("✔")} ${record.version} → ${bundle.version}`);
  if (conflicts.length === 0) return EXIT_CODES.DONE;
  terminal.line(`${red("!")} ${shortList(conflicts)}: you and the template changed the same lines.`);
  terminal.line("  Look for <<<<<<< yours, keep what is right, and run the tests.");
  return dryRun ? EXIT_CODES.DONE : EXIT_CODES.MERGE_CONFLICT;
}
