import type { ObjectPlan } from "../plan/plan.js";
import { toRunError } from "../report/build-report.js";
import {
  EXIT_CODES,
  type FunctionReport,
  type ObjectReport,
  type RunReport,
  type RunStatus,
} from "../report/run-report.js";
import type { Execution } from "../run/execute.js";
import type { ObjectState } from "../store/state-store.js";
import type { PartitionTask } from "./partition-task.js";

/** A part of a run and its last report; a part without one was never begun, or was killed. */
export interface PartReport {
  readonly task: PartitionTask;
  readonly report: RunReport | undefined;
}

/** What the report of a divided run is made of. */
export interface JoinedParts {
  readonly execution: Execution;
  readonly reports: readonly PartReport[];
  readonly stateBefore: Readonly<Record<string, ObjectState>>;
  readonly stateAfter: Readonly<Record<string, ObjectState>>;
  readonly resumedFrom: RunReport["resumed_from"];
  readonly error: unknown;
}

/** Adds the reports of the parts of a run up to one, whose books are the sums of theirs. */
export function joinReports(parts: JoinedParts): RunReport {
  const { execution, reports, resumedFrom, error } = parts;
  const { job, plan, session, notes, held } = execution;
  const objects = plan.objects.map((object) => joinObject(object, parts));
  const rejects = objects.some(({ rejected }) => rejected > 0);
  const status = statusOf(error, held.cancelled.aborted, rejects);
  const warnings = reports.flatMap(({ report }) => report?.warnings ?? []);
  return job.redactor.value({
    run_id: session.directory.id,
    kind: "run",
    job: job.key,
    job_file: job.file,
    status,
    exit_code: EXIT_CODES[status],
    started_at: notes.startedAt.toISOString(),
    finished_at: new Date().toISOString(),
    seconds: notes.seconds,
    ...(resumedFrom === undefined ? {} : { resumed_from: resumedFrom }),
    reader: { name: plan.reader.name, version: plan.reader.version },
    writer: { name: plan.writer.name, version: plan.writer.version },
    output: job.target.outputBase,
    objects,
    partitions: reports.map(partitionReport),
    ...joinCloud([notes.cloud.functions, ...reports.map(({ report }) => report?.cloud ?? [])]),
    retries: [...notes.retries, ...reports.flatMap(({ report }) => report?.retries ?? [])],
    warnings: [...new Set([...job.warnings.map(({ message }) => message), ...notes.warnings, ...warnings])],
    ...(error === undefined ? {} : { error: toRunError(error).toJSON() }),
  });
}

/** What the functions of all parts took; nothing when none was invoked. */
function joinCloud(all: readonly (readonly FunctionReport[])[]): Pick<RunReport, "cloud"> {
  const joined = new Map<string, FunctionReport>();
  for (const { function: name, ...counts } of all.flat()) {
    const so = joined.get(name);
    joined.set(name, {
      function: name,
      invocations: counts.invocations + (so?.invocations ?? 0),
      unreported: counts.unreported + (so?.unreported ?? 0),
      billed_ms: counts.billed_ms + (so?.billed_ms ?? 0),
      measured_ms: counts.measured_ms + (so?.measured_ms ?? 0),
      request_bytes: counts.request_bytes + (so?.request_bytes ?? 0),
      response_bytes: counts.response_bytes + (so?.response_bytes ?? 0),
    });
  }
  return joined.size === 0 ? {} : { cloud: [...joined.values()] };
}

function statusOf(error: unknown, isCancelled: boolean, rejects: boolean): RunStatus {
  if (error !== undefined) return isCancelled ? "interrupted" : "failed";
  return rejects ? "finished_with_rejects" : "succeeded";
}

function partitionReport({ task, report }: PartReport): NonNullable<RunReport["partitions"]>[number] {
  const { name, object, partition } = task;
  const own = report?.objects.find((candidate) => candidate.object === object);
  return {
    name,
    object,
    ...(partition === undefined ? {} : { partition: partition.id }),
    status: own?.status ?? "failed",
    read: own?.read ?? 0,
    written: own?.written ?? 0,
    filtered: own?.filtered ?? 0,
    deduplicated: own?.deduplicated ?? 0,
    rejected: own?.rejected ?? 0,
    commits: own?.commits ?? 0,
    seconds: own?.seconds ?? 0,
  };
}

function joinObject(plan: ObjectPlan, parts: JoinedParts): ObjectReport {
  const { name } = plan;
  const own = parts.reports.filter(({ task }) => task.object === name);
  const known = own.flatMap(({ report }) => report?.objects.filter(({ object }) => object === name) ?? []);
  const sum = (value: (object: ObjectReport) => number) =>
    known.reduce((total, one) => total + value(one), 0);
  const widest = [...known].sort((a, b) => b.schema.length - a.schema.length)[0];
  const seconds = spanOf(own);
  const read = sum((object) => object.read);
  return {
    object: name,
    status: joinStatus(own.length, known),
    mode: plan.mode,
    mode_reason: known[0]?.mode_reason ?? plan.modeReason,
    read,
    written: sum((object) => object.written),
    filtered: sum((object) => object.filtered),
    deduplicated: sum((object) => object.deduplicated),
    rejected: sum((object) => object.rejected),
    uncommitted: sum((object) => object.uncommitted),
    dropped_fields: joinCounts(known.map((object) => object.dropped_fields)),
    coercions: joinCoercions(known),
    rejected_samples: known.flatMap((object) => object.rejected_samples).slice(0, 5),
    files: sum((object) => object.files),
    bytes: sum((object) => object.bytes),
    commits: sum((object) => object.commits),
    checkpoints: sum((object) => object.checkpoints),
    seconds,
    records_per_second: Math.round(read / Math.max(seconds, 0.001)),
    schema: widest?.schema ?? [],
    schema_origin: widest?.schema_origin ?? plan.schemaOrigin,
    batch_paths: joinPaths(known),
    state_before: (parts.stateBefore[name]?.state ?? null) as ObjectReport["state_before"],
    state_after: (parts.stateAfter[name]?.state ?? null) as ObjectReport["state_after"],
  };
}

function joinStatus(expected: number, known: readonly ObjectReport[]): ObjectReport["status"] {
  if (known.some(({ status }) => status === "failed")) return "failed";
  return known.length === expected && known.every(({ status }) => status === "complete")
    ? "complete"
    : "partial";
}

/** Seconds from the start of the first part to the end of the last. */
function spanOf(parts: readonly PartReport[]): number {
  const reports = parts.flatMap(({ report }) => (report === undefined ? [] : [report]));
  if (reports.length === 0) return 0;
  const from = Math.min(...reports.map(({ started_at }) => Date.parse(started_at)));
  const to = Math.max(...reports.map(({ finished_at }) => Date.parse(finished_at)));
  return Math.max(0, (to - from) / 1000);
}

function joinCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function joinCoercions(known: readonly ObjectReport[]): ObjectReport["coercions"] {
  const joined = new Map<string, ObjectReport["coercions"][number]>();
  for (const { field, coercion, count } of known.flatMap((object) => object.coercions)) {
    const key = JSON.stringify([field, coercion]);
    joined.set(key, { field, coercion, count: count + (joined.get(key)?.count ?? 0) });
  }
  return [...joined.values()];
}

function joinPaths(known: readonly ObjectReport[]): ObjectReport["batch_paths"] {
  const paths = known.flatMap((object) => object.batch_paths);
  return [...new Map(paths.map((path) => [path.from, path])).values()];
}
