import { existsSync } from "node:fs";
import { RunDirectory, type RunReport, type RunSummary } from "@dativo/engine";
import { DativoError } from "@dativo/protocol";
import type { CommandHandler } from "../command.js";
import type { Context } from "../context.js";
import { stateFolder } from "../project-folder.js";
import { runProblem, runSummary, shown } from "../run-summary.js";
import type { Colours } from "../terminal/output.js";
import { formatTable } from "../terminal/table.js";

/** Runs that are listed when nothing else is said. */
const LISTED = 20;

/** `dativo runs list`: what ran in this project. */
export const runsList: CommandHandler<"runs list"> = async ({ options: { limit = LISTED }, context }) => {
  const all = await RunDirectory.list(stateFolder(context));
  const runs = all.slice(0, limit);
  const { colours } = context.stdout;
  return {
    json: () => ({ runs: runs.map(summaryJson) }),
    text: () =>
      runs.length === 0
        ? ["Nothing was run in this project yet."]
        : [
            ...formatTable(
              runs.map(({ id, job, kind, status }) => [
                id,
                statusText(status, colours),
                job ?? "",
                kind === "run" ? "" : (kind ?? ""),
              ]),
            ),
            ...(all.length > runs.length
              ? [colours.dim(`… and ${all.length - runs.length} older (--limit ${all.length})`)]
              : []),
          ],
  };
};

/** `dativo runs show`: the report of a run. */
export const runsShow: CommandHandler<"runs show"> = async ({ arguments: { run }, context }) => {
  const directory = await openRun(run, context);
  const report = (await directory.readReport()) as RunReport | undefined;
  const summary = await directory.summary();
  const { colours } = context.stdout;
  return {
    json: () => report ?? summaryJson(summary),
    text: () =>
      report === undefined
        ? [
            `${directory.id}  ${statusText(summary.status, colours)}  ${summary.job ?? ""}`,
            "  It has no report: it is under way, or was killed. The next run of its job goes on where it was.",
          ]
        : [
            `${directory.id}  ${statusText(report.status, colours)}  ${report.job}`,
            "",
            ...runSummary(report, { cwd: context.cwd, colours }),
            ...runProblem(report, { cwd: context.cwd, colours, debug: context.debug }),
            "",
            ...[directory.reportFile, directory.logFile]
              .filter(existsSync)
              .map((file) => colours.dim(`  ${shown(file, context.cwd)}`)),
          ],
  };
};

/** The run of that id, or the newest one. */
export async function openRun(id: string | undefined, context: Context): Promise<RunDirectory> {
  const folder = stateFolder(context);
  const wanted = id ?? (await RunDirectory.list(folder))[0]?.id;
  if (wanted !== undefined) return RunDirectory.open(folder, wanted);
  throw new DativoError({
    code: "RUN_NOT_FOUND",
    message: "Nothing was run in this project yet.",
    hint: "Run a job first: dativo run JOB.",
  });
}

function summaryJson({ id, directory, job, kind, startedAt, status, deadLetterBytes }: RunSummary) {
  return {
    run_id: id,
    directory,
    job,
    kind,
    started_at: startedAt,
    status: status ?? "unfinished",
    dead_letter_bytes: deadLetterBytes,
  };
}

function statusText(status: string | undefined, colours: Colours): string {
  if (status === "succeeded") return colours.green(status);
  if (status === "failed" || status === "unreadable") return colours.red(status);
  return colours.yellow(status ?? "unfinished");
}
