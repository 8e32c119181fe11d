import { DativoError, type RejectedRecord, toDativoError, type WriterInstance } from "@dativo/protocol";
import type { RetryPolicy } from "../job/resolved-job.js";
import type { DeadLetters } from "../store/dead-letters.js";
import type { Journal, PrepareRecord } from "../store/journal.js";
import type { StateStore } from "../store/state-store.js";
import { faultPoint } from "../testing-faults/fault-points.js";
import { asksWriter, type CommitOffer, prepareRecord } from "./commit-record.js";
import { pause, retryDelaySeconds } from "./retry.js";
import type { Stage } from "./stage.js";

/** What commits are recorded in. */
export interface CommitLedger {
  readonly runId: string;
  readonly journal: Pick<Journal, "append">;
  readonly store: Pick<StateStore, "set">;
  readonly letters: Pick<DeadLetters, "sync">;
  /** Fails when another run has taken this one's lock. */
  readonly verifyLock: () => Promise<void>;
  readonly retryPolicy: RetryPolicy;
  /** Aborted when the lock is lost; a cancelled run still finishes the commit it is in. */
  readonly signal: AbortSignal;
}

/**
 * Makes one commit, in the only order that neither loses nor doubles a record when the process dies anywhere in it:
 *
 * 1. the writer makes all that it staged durable (`flush`), and the counts are settled;
 * 2. the dead letters of the same records are made durable;
 * 3. the journal gets `prepare`: from here on the commit will be made, by this run or by the next;
 * 4. to 6. as `finishCommit` says.
 *
 * @throws DativoError `WRITER_MISCOUNTED`, `COMMIT_FAILED`, `JOB_LOCKED`, or what the writer throws
 */
export async function commitStage(
  writer: WriterInstance,
  stage: Stage,
  offer: CommitOffer,
  ledger: CommitLedger,
  onSettled: (rejected: readonly RejectedRecord[]) => Promise<void>,
): Promise<PrepareRecord> {
  faultPoint("flush.before");
  await onSettled(await stage.settle(await writer.flush(stage.token, ledger.signal)));
  faultPoint("flush.after");

  return await recordCommit(
    writer,
    (letterBytes) => prepareRecord(stage, offer, letterBytes),
    ledger,
    () => {
      stage.prepared = true;
    },
  );
}

/** Makes a commit whose records are staged and counted, from the dead letters on. */
export async function recordCommit(
  writer: WriterInstance,
  recordOf: (deadLetterBytes: number) => PrepareRecord,
  ledger: CommitLedger,
  beforeAppend: () => void = () => undefined,
): Promise<PrepareRecord> {
  const deadLetterBytes = await ledger.letters.sync();
  faultPoint("dead_letters.after");

  const prepare = recordOf(deadLetterBytes);
  await ledger.verifyLock();
  faultPoint("journal.prepare.before");
  beforeAppend();
  await ledger.journal.append(prepare);
  faultPoint("journal.prepare.after");

  await finishCommit(writer, prepare, ledger);
  return prepare;
}

/**
 * Finishes a prepared commit; also what recovery does with one that a dead run left open.
 *
 * 4. the writer makes the files visible, once per token however often it is asked;
 * 5. the state moves;
 * 6. the journal gets `committed`.
 */
export async function finishCommit(
  writer: WriterInstance,
  prepare: PrepareRecord,
  ledger: CommitLedger,
): Promise<void> {
  faultPoint("commit.before");
  if (asksWriter(prepare)) await publish(writer, prepare, ledger);
  faultPoint("commit.after");

  faultPoint("state.before");
  await ledger.store.set(prepare.object, {
    state: prepare.state,
    fileCounter: prepare.fileCounter,
    schema: prepare.schema,
    runId: ledger.runId,
    sequence: prepare.sequence,
  });
  faultPoint("state.after");

  faultPoint("journal.committed.before");
  await ledger.journal.append({ type: "committed", token: prepare.token });
  faultPoint("journal.committed.after");
}

/** Asks the writer for the commit, again and by the same token while its failures are worth retrying. */
async function publish(writer: WriterInstance, prepare: PrepareRecord, ledger: CommitLedger): Promise<void> {
  const { files, token, final, schema } = prepare;
  for (let failures = 0; ; ) {
    try {
      const result = await writer.commit({ files, token, final, schema }, ledger.signal);
      if (result.status === "success") return;
      throw new DativoError({
        code: "COMMIT_FAILED",
        message: `The writer answered the commit of ${prepare.object} with "${result.status}" instead of "success".`,
        details: { object: prepare.object, token, status: result.status },
      });
    } catch (thrown) {
      const error = toDativoError(thrown, { code: "COMMIT_FAILED", prefix: `Committing ${prepare.object}` });
      failures += 1;
      if (!error.retryable || failures > ledger.retryPolicy.maxRetries || ledger.signal.aborted) throw error;
      const { retryAfterSeconds } = error;
      await pause(retryDelaySeconds(ledger.retryPolicy, { failures, retryAfterSeconds }), ledger.signal);
    }
  }
}
