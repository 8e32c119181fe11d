import { formatFieldType } from "@dativo/protocol";
import type { ObjectOutcome } from "../run/object-outcome.js";
import type { ObjectReport } from "./run-report.js";

/** The part of a report that is about one object. */
export function objectReport(outcome: ObjectOutcome, runFailed: boolean): ObjectReport {
  const { plan, committed, counted } = outcome;
  const status = statusOf(outcome, runFailed);
  return {
    object: plan.name,
    status,
    mode: plan.mode,
    mode_reason: plan.modeReason,
    read: committed.read,
    written: committed.written,
    filtered: committed.filtered,
    deduplicated: committed.deduplicated,
    rejected: committed.rejected,
    uncommitted: Math.max(0, counted.read - committed.read),
    dropped_fields: { ...committed.droppedFields },
    coercions: coercions(committed.coercions),
    rejected_samples: outcome.samples.map(({ reason, path, expected, got }) => ({
      reason,
      ...(path === undefined ? {} : { path }),
      ...(expected === undefined ? {} : { expected }),
      ...(got === undefined ? {} : { got }),
    })),
    files: committed.files,
    bytes: committed.bytes,
    commits: committed.commits,
    checkpoints: outcome.checkpoints,
    seconds: rounded(outcome.elapsed),
    records_per_second: Math.round(outcome.readHere / Math.max(outcome.elapsed, 0.001)),
    schema: (outcome.schema?.fields ?? []).map(({ name, type, required }) => ({
      name,
      type: formatFieldType(type),
      ...(required === undefined ? {} : { required }),
    })),
    schema_origin: plan.schemaOrigin,
    batch_paths: [...outcome.paths.values()].map((path) => ({ ...path })),
    state_before: outcome.stateBefore as ObjectReport["state_before"],
    state_after: outcome.stateAfter as ObjectReport["state_after"],
  };
}

function statusOf({ status }: ObjectOutcome, runFailed: boolean): ObjectReport["status"] {
  if (status === "complete" || status === "partial") return status;
  return runFailed ? "failed" : "partial";
}

/** Counts are kept under `field coercion`; a field's name may hold spaces, a coercion's never does. */
function coercions(counts: Readonly<Record<string, number>>): ObjectReport["coercions"] {
  return Object.entries(counts).map(([key, count]) => {
    const cut = key.lastIndexOf(" ");
    return { field: key.slice(0, cut), coercion: key.slice(cut + 1), count };
  });
}

/** Seconds, to the millisecond. */
export function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
