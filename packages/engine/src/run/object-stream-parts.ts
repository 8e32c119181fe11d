import type { Json, ReaderEvent, Redactor, WriteMode, WriterInstance } from "@dativo/protocol";
import type { CheckpointPolicy, ErrorBudget } from "../job/resolved-job.js";
import type { DeadLetters } from "../store/dead-letters.js";
import type { CommitLedger } from "./commit.js";
import type { Preparer } from "./prepare/preparer.js";
import type { Rejected, RejectedShare } from "./rejects.js";
import type { Tally } from "./tally.js";

/** A batch as a reader hands it over. */
export type BatchEvent = Extract<ReaderEvent, { readonly type: "batch" }>;

/** What a stream of one object works with. */
export interface ObjectStreamParts {
  readonly object: string;
  readonly mode: WriteMode;
  /** Whether a later run goes on where this one ends. */
  readonly incremental: boolean;
  readonly writer: WriterInstance;
  readonly preparer: Preparer;
  readonly ledger: CommitLedger;
  /** Sets tokens apart from those of every other invocation, in a function. */
  readonly tokenSpace?: string | undefined;
  readonly letters: Pick<DeadLetters, "append">;
  readonly policy: CheckpointPolicy;
  readonly budget: ErrorBudget;
  /** Counts of all objects since this process took the run up. */
  readonly totals: () => RejectedShare;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
  readonly redactor: Redactor;
  readonly onRejected: (rejected: readonly Rejected[]) => void;
}

/** Where a stream starts: what was committed before it. */
export interface ObjectStart {
  readonly tally: Tally;
  /** Position of the last commit; null when the object is read from its start. */
  readonly state: Json;
  readonly sequence: number;
  readonly fileCounter: number;
}
