import {
  type InvocationUsage,
  isDativoError,
  type PluginSpec,
  type Redactor,
  toDativoError,
} from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import type { ObjectOutcome } from "../run/object-outcome.js";
import { CloudUsage } from "./cloud-usage.js";
import { objectReport, rounded } from "./object-report.js";
import { EXIT_CODES, type RunReport, type RunStatus } from "./run-report.js";

/** Things worth telling that happen while a run is under way. */
export class RunNotes {
  readonly warnings: string[] = [];
  readonly retries: RunReport["retries"] = [];
  readonly cloud = new CloudUsage();
  readonly startedAt = new Date();
  private readonly clock = performance.now();

  readonly warn = (message: string): void => {
    if (!this.warnings.includes(message)) this.warnings.push(message);
  };

  readonly onInvocation = (usage: InvocationUsage): void => this.cloud.add(usage);

  get seconds(): number {
    return rounded((performance.now() - this.clock) / 1000);
  }
}

/** What a report is made of. */
export interface ReportParts {
  readonly runId: string;
  readonly kind: RunReport["kind"];
  readonly job: ResolvedJob;
  readonly reader: PluginSpec;
  readonly writer: PluginSpec;
  readonly outcomes: Iterable<ObjectOutcome>;
  readonly notes: RunNotes;
  readonly resumedFrom?: RunReport["resumed_from"];
  readonly replayOf?: string;
  readonly error: unknown;
  readonly interrupted: boolean;
  readonly deadLetterFile: string | undefined;
}

/** Makes the report of a run; nothing in it holds a secret of the job. */
export function buildReport(parts: ReportParts): RunReport {
  const { job, notes, error, resumedFrom, replayOf } = parts;
  const objects = [...parts.outcomes].map((outcome) =>
    objectReport(outcome, error !== undefined && !parts.interrupted),
  );
  const status = statusOf(
    parts,
    objects.some(({ rejected }) => rejected > 0),
  );
  const report: RunReport = {
    run_id: parts.runId,
    kind: parts.kind,
    job: job.key,
    job_file: job.file,
    status,
    exit_code: EXIT_CODES[status],
    started_at: notes.startedAt.toISOString(),
    finished_at: new Date().toISOString(),
    seconds: notes.seconds,
    ...(resumedFrom === undefined ? {} : { resumed_from: resumedFrom }),
    ...(replayOf === undefined ? {} : { replay_of: replayOf }),
    reader: { name: parts.reader.name, version: parts.reader.version },
    writer: { name: parts.writer.name, version: parts.writer.version },
    output: job.target.outputBase,
    objects,
    retries: notes.retries,
    ...(notes.cloud.functions.length === 0 ? {} : { cloud: notes.cloud.functions }),
    warnings: [...job.warnings.map(({ message }) => message), ...notes.warnings],
    ...(error === undefined ? {} : { error: toRunError(error).toJSON() }),
    ...(parts.deadLetterFile === undefined ? {} : { dead_letter_file: parts.deadLetterFile }),
  };
  return redacted(report, job.redactor);
}

/** The error of a run, whatever was thrown. */
export function toRunError(thrown: unknown) {
  if (isDativoError(thrown)) return thrown;
  const code = (thrown as { readonly code?: unknown } | null | undefined)?.code;
  return toDativoError(thrown, {
    code: code === "ENOSPC" || code === "EDQUOT" ? "TARGET_FULL" : "UNKNOWN_ERROR",
  });
}

function statusOf({ error, interrupted }: ReportParts, rejects: boolean): RunStatus {
  if (interrupted) return "interrupted";
  if (error !== undefined) return "failed";
  return rejects ? "finished_with_rejects" : "succeeded";
}

function redacted(report: RunReport, redactor: Redactor): RunReport {
  return redactor.value(report);
}
