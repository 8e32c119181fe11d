import { DativoError, type RejectedRecord } from "@dativo/protocol";
import type { ErrorBudget } from "../job/resolved-job.js";
import type { DeadLetter } from "../store/dead-letters.js";
import type { RecordCounts } from "../store/journal.js";

/** A record that was set aside, before it is known which commit it belongs to. */
export interface Rejected extends Pick<DeadLetter, "index" | "reason" | "record"> {
  /** Whether `index` is the position in the batch; a query does not tell. @default true */
  readonly placed?: boolean;
  readonly path?: string | undefined;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
}

/** Counts of the whole run that the error budget is about. */
export type RejectedShare = Pick<RecordCounts, "read" | "rejected">;

/** Records read before the ratio of rejected ones says anything. */
const BUDGET_SAMPLE = 1000;

/**
 * The error that stops a strict run at a bad record.
 *
 * `records` is the number of records of the object before the batch of the bad one.
 */
export function validationFailed(object: string, bad: Rejected, records: number): DativoError {
  const place = bad.path === undefined || bad.path === "" ? "" : ` at ${bad.path}`;
  const wanted =
    bad.expected === undefined ? "" : `: expected ${bad.expected}, got ${bad.got ?? "something else"}`;
  const position = bad.placed === false ? undefined : records + bad.index;
  const which = position === undefined ? "A record" : `Record ${position}`;
  return new DativoError({
    code: "VALIDATION_FAILED",
    message: `${which} of ${object} was rejected (${bad.reason})${place}${wanted}.`,
    details: {
      object,
      record_index: position ?? null,
      reason: bad.reason,
      path: bad.path ?? null,
      expected: bad.expected ?? null,
      got: bad.got ?? null,
    },
  });
}

/** What a writer rejects while it flushes can no longer be traced to a record. */
export function untraced(rejected: RejectedRecord): Rejected {
  return { ...rejected, record: null };
}

/** The dead letter of a rejected record. */
export function deadLetter(bad: Rejected, at: Pick<DeadLetter, "object" | "sequence" | "batch">): DeadLetter {
  return {
    ...at,
    index: bad.index,
    reason: bad.reason,
    ...(bad.path === undefined ? {} : { path: bad.path }),
    ...(bad.expected === undefined ? {} : { expected: bad.expected }),
    ...(bad.got === undefined ? {} : { got: bad.got }),
    record: bad.record,
  };
}

/**
 * Fails a run that rejected more records than the job allows.
 *
 * @throws DativoError `ERROR_BUDGET_EXCEEDED`
 */
export function checkRejectedCount(budget: ErrorBudget, counts: RejectedShare): void {
  if (counts.rejected > budget.maxRecords) throw exceeded(counts, budget, `${budget.maxRecords} records`);
}

/**
 * Fails a run that rejected a larger part of its records than the job allows. While an object is being read, the
 * ratio only counts from 1 000 records on; at its end it always does.
 *
 * @throws DativoError `ERROR_BUDGET_EXCEEDED`
 */
export function checkBudget(budget: ErrorBudget, counts: RejectedShare, atEnd: boolean): void {
  checkRejectedCount(budget, counts);
  const { read, rejected } = counts;
  if (read === 0 || (!atEnd && read < BUDGET_SAMPLE) || rejected / read <= budget.maxRatio) return;
  throw exceeded(counts, budget, `${budget.maxRatio * 100} % of the records read`);
}

function exceeded({ read, rejected }: RejectedShare, budget: ErrorBudget, allowed: string): DativoError {
  return new DativoError({
    code: "ERROR_BUDGET_EXCEEDED",
    message: `${rejected} of ${read} records were rejected; the job allows ${allowed}.`,
    details: {
      read,
      rejected,
      max_records: Number.isFinite(budget.maxRecords) ? budget.maxRecords : null,
      max_ratio: budget.maxRatio,
    },
  });
}
