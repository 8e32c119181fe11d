import { DativoError, type Json, type TableSchema, type WriteMode } from "@dativo/protocol";
import type { PrepareRecord, RecordCounts } from "../store/journal.js";
import type { Stage } from "./stage.js";
import { addTally, missingRecords, type Tally } from "./tally.js";

/** What a commit adds to what the writer staged. */
export interface CommitOffer {
  /** Position that the next read starts from once this commit is made. */
  readonly state: Json;
  /** Whether the object was read to its end. */
  readonly final: boolean;
  readonly schema: TableSchema;
  readonly mode: WriteMode;
  /** Whether a later run goes on where this one ends. */
  readonly incremental: boolean;
  /** Counts of the object since the start of the run, without this commit. */
  readonly before: Tally;
}

/**
 * The journal record that describes a commit so completely that another process can make it.
 *
 * @throws DativoError `BOOKS_UNBALANCED`
 */
export function prepareRecord(stage: Stage, offer: CommitOffer, deadLetterBytes: number): PrepareRecord {
  const tally = addTally(offer.before, stage.tally);
  assertBalanced(stage.object, tally);
  const { read, written, filtered, deduplicated, rejected, ...rest } = tally;
  return {
    type: "prepare",
    sequence: stage.sequence,
    object: stage.object,
    token: stage.token,
    files: stage.files,
    state: offer.state,
    fileCounter: stage.fileCounter,
    schema: offer.schema,
    counts: { read, written, filtered, deduplicated, rejected } satisfies RecordCounts,
    final: offer.final,
    deadLetterBytes,
    extra: {
      tally: rest as unknown as Json,
      mode: offer.mode,
      incremental: offer.incremental,
      asks_writer: stage.used || (offer.final && offer.mode === "replace"),
    },
  };
}

/** @throws DativoError `BOOKS_UNBALANCED` */
export function assertBalanced(object: string, counts: RecordCounts): void {
  const missing = missingRecords(counts);
  if (missing === 0) return;
  const { read, written, filtered, deduplicated, rejected } = counts;
  throw new DativoError({
    code: "BOOKS_UNBALANCED",
    message: `${object}: ${read} read ≠ ${written} written + ${filtered} filtered + ${deduplicated} deduplicated + ${rejected} rejected; ${missing} are missing.`,
    details: { object, read, written, filtered, deduplicated, rejected, missing },
  });
}

interface PrepareExtra {
  readonly tally: Omit<Tally, keyof RecordCounts>;
  readonly mode: WriteMode;
  readonly incremental: boolean;
  readonly asks_writer: boolean;
}

function extraOf(prepare: PrepareRecord): PrepareExtra {
  return prepare.extra as unknown as PrepareExtra;
}

/** Counts of the object since the start of the run, as a commit recorded them. */
export function tallyOf(prepare: PrepareRecord): Tally {
  return { ...extraOf(prepare).tally, ...prepare.counts };
}

/** Mode in which the commit was prepared. */
export function modeOf(prepare: PrepareRecord): WriteMode {
  return extraOf(prepare).mode;
}

/** Whether the object is read incrementally. */
export function isIncremental(prepare: PrepareRecord): boolean {
  return extraOf(prepare).incremental;
}

/** Whether a commit needs the writer; one that only moves the state, such as that of an empty incremental read, does not. */
export function asksWriter(prepare: PrepareRecord): boolean {
  return extraOf(prepare).asks_writer;
}
