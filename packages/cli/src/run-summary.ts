import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { ObjectReport, RunReport } from "@dativo/engine";
import { DativoError, type SerializedError } from "@dativo/protocol";
import { errorText } from "./terminal/error-text.js";
import { counted, formatBytes, formatCount, formatRate, formatSeconds } from "./terminal/numbers.js";
import type { Colours } from "./terminal/output.js";
import { displayWidth, formatTable } from "./terminal/table.js";

/** Warnings that a summary lists before it only counts. */
const WARNINGS_SHOWN = 5;

/** What surrounds a summary. */
export interface SummaryOptions {
  readonly cwd: string;
  readonly colours: Colours;
}

/** The report of a run for people: books of each object, rejected records, files, and what to type next. */
export function runSummary(report: RunReport, { cwd, colours }: SummaryOptions): string[] {
  const { objects, error, warnings, resumed_from: before } = report;
  const lines: string[] = [];
  if (before !== undefined)
    lines.push(
      `  resumed ${report.run_id} from checkpoint ${before.commits} (${counted(before.records, "record")} committed)`,
    );
  lines.push(...bookLines(objects, colours), ...followUps(report, cwd), ...cloudLines(report));
  for (const object of objects) lines.push(...notes(object, colours));
  for (const warning of warnings.slice(0, WARNINGS_SHOWN)) lines.push(`${colours.yellow("!")} ${warning}`);
  if (warnings.length > WARNINGS_SHOWN)
    lines.push(
      `${colours.yellow("!")} … and ${counted(warnings.length - WARNINGS_SHOWN, "more warning")} in the report`,
    );
  if (objects.length === 0 && error === undefined)
    lines.push(`${colours.green("✔")} There was nothing to read.`);
  if (report.status === "interrupted")
    lines.push(`${colours.yellow("◦")} Interrupted. ${resumeHint(report, cwd)}`);
  return lines;
}

/** Why a run failed, and what the next one does; nothing for a run that did not. */
export function runProblem(
  report: RunReport,
  { cwd, colours, debug }: SummaryOptions & { readonly debug: boolean },
): string[] {
  const { error, status, objects } = report;
  if (error === undefined || status === "interrupted") return [];
  const lines = errorText(DativoError.fromJSON(error as SerializedError), colours, { debug });
  return objects.some(({ written }) => written > 0) ? [...lines, `  ${resumeHint(report, cwd)}`] : lines;
}

function bookLines(objects: readonly ObjectReport[], colours: Colours): string[] {
  const marks = { complete: colours.green("✔"), partial: colours.yellow("◦"), failed: colours.red("✖") };
  const mark = ({ status, rejected }: ObjectReport) =>
    status === "complete" && rejected > 0 ? colours.yellow("✔") : marks[status];
  const rows = objects.map((object) => [
    `${mark(object)} ${colours.bold(object.object)}`,
    books(object),
    formatSeconds(object.seconds),
    object.read === 0 ? "" : formatRate(object.records_per_second).replace("/s", " records/s"),
  ]);
  return formatTable(rows, { right: [2] });
}

/** `412 391 read = 412 388 written + 3 rejected`, with what is not nought. */
function books({ read, written, filtered, deduplicated, rejected, status }: ObjectReport): string {
  const parts = [`${formatCount(written)} written`];
  if (filtered > 0) parts.push(`${formatCount(filtered)} filtered`);
  if (deduplicated > 0) parts.push(`${formatCount(deduplicated)} deduplicated`);
  if (rejected > 0) parts.push(`${formatCount(rejected)} rejected`);
  return `${formatCount(read)} read = ${parts.join(" + ")}${status === "partial" ? "  (partial)" : ""}`;
}

/** Where rejected records and files are, and the commands to look at them. */
function followUps(report: RunReport, cwd: string): string[] {
  const rows: [string, string][] = [];
  const rejected = report.objects.reduce((sum, object) => sum + object.rejected, 0);
  if (rejected > 0 && report.dead_letter_file !== undefined)
    rows.push([
      `  ${formatCount(rejected)} rejected → ${shown(report.dead_letter_file, cwd)}`,
      `(dativo replay ${report.run_id})`,
    ]);
  const isDry = report.kind === "dry_run";
  for (const { object, files, bytes } of isDry ? [] : report.objects) {
    if (files === 0) continue;
    const folder = join(report.output, encodeURIComponent(object));
    const size = bytes > 0 ? `, ${formatBytes(bytes)}` : "";
    rows.push([
      // What is staged for a database is no file that anybody finds.
      existsSync(folder)
        ? `  ${shown(folder, cwd)}/  ${counted(files, "file")}${size}`
        : `  ${shown(report.output, cwd)}  ${object}`,
      `(dativo query "select count(*) from ${sqlName(object)}")`,
    ]);
  }
  if (isDry) rows.push(["  Nothing was written and the state is as it was.", ""]);
  const width = Math.max(0, ...rows.map(([text]) => displayWidth(text)));
  return rows.map(([text, command]) =>
    command === "" ? text : `${text}${" ".repeat(width - displayWidth(text))}   ${command}`,
  );
}

/** What the cloud functions of the run took. */
function cloudLines({ cloud = [] }: RunReport): string[] {
  return cloud.map(({ function: name, invocations, unreported, billed_ms, response_bytes }) => {
    const billed =
      unreported === invocations
        ? ""
        : `, ${unreported > 0 ? "at least " : ""}${formatSeconds(billed_ms / 1000)} billed`;
    return `  ${name}: ${counted(invocations, "invocation")}${billed}, ${formatBytes(response_bytes)} received`;
  });
}

/** What happened to values, where it was more than storing them. */
function notes(
  { object, dropped_fields, coercions, rejected_samples }: ObjectReport,
  colours: Colours,
): string[] {
  const lines: string[] = [];
  for (const { reason, path, expected, got } of rejected_samples.slice(0, 2)) {
    const where = path === undefined || path === "" ? "" : `${path}: `;
    const types =
      expected === undefined ? "" : ` (expected ${expected}${got === undefined ? "" : `, got ${got}`})`;
    lines.push(`  ${colours.dim(`${object}: rejected ${where}${reason}${types}`)}`);
  }
  const dropped = Object.keys(dropped_fields);
  if (dropped.length > 0)
    lines.push(
      `  ${colours.dim(`${object}: dropped fields that the schema does not have: ${dropped.join(", ")}`)}`,
    );
  if (coercions.length > 0) {
    const listed = coercions
      .slice(0, 4)
      .map(({ field, coercion, count }) => `${field} ${coercion} (${formatCount(count)})`);
    lines.push(
      `  ${colours.dim(`${object}: converted without loss: ${listed.join(", ")}${coercions.length > 4 ? " …" : ""}`)}`,
    );
  }
  return lines;
}

function resumeHint({ objects, job_file }: RunReport, cwd: string): string {
  const committed = objects.reduce((sum, { written }) => sum + written, 0);
  return `${counted(committed, "record")} committed; dativo run ${shown(job_file, cwd)} goes on from there.`;
}

/** A path as people would type it. */
export function shown(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below === "" || below.startsWith("..") || /^[a-z][\w+.-]*:\/\//i.test(path) ? path : below;
}

function sqlName(object: string): string {
  return /^[a-z_]\w*$/i.test(object) ? object : `\\"${object.replaceAll('"', '\\"\\"')}\\"`;
}
