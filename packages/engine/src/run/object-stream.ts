import { isDativoError, type Json } from "@dativo/protocol";
import { faultPoint } from "../testing-faults/fault-points.js";
import { commitStage } from "./commit.js";
import { tallyOf } from "./commit-record.js";
import type { BatchEvent, ObjectStart, ObjectStreamParts } from "./object-stream-parts.js";
import type { BatchOrigin, Prepared, Ready, SetAside } from "./prepare/prepared.js";
import {
  checkBudget,
  checkRejectedCount,
  deadLetter,
  type Rejected,
  untraced,
  validationFailed,
} from "./rejects.js";
import { Stage } from "./stage.js";
import { addTally, type Tally } from "./tally.js";

/** The way of one object's records from the reader to the writer, with its checkpoints and commits. */
export class ObjectStream {
  private stage: Stage;
  private committed: Tally;
  private position: Json;
  /** Position that the reader offered last, when it differs from the committed one. */
  private offer: { readonly state: Json } | undefined;
  private writing: Promise<void> = Promise.resolve();
  private pastCheckpoint = false;

  constructor(
    private readonly parts: ObjectStreamParts,
    start: ObjectStart,
  ) {
    this.committed = start.tally;
    this.position = start.state;
    this.stage = this.open(start.sequence, start.fileCounter);
  }

  /** Counts since the start of the run, the open commit included. */
  get tally(): Tally {
    return addTally(this.committed, this.stage.tally);
  }

  /** Counts since the start of the run, without the open commit. */
  get committedTally(): Tally {
    return this.committed;
  }

  get state(): Json {
    return this.position;
  }

  /** Takes one batch; returns when it is prepared and the one before it is written. */
  async batch(event: Pick<BatchEvent, "data" | "filtered" | "deduplicated">): Promise<void> {
    const { filtered = 0, deduplicated = 0 } = event;
    this.pastCheckpoint = true;
    this.stage.count({ read: filtered + deduplicated, filtered, deduplicated });
    for await (const part of this.parts.preparer.prepare(event.data, this.parts.signal))
      await this.take(part);
    if (this.stage.countable) this.checkBudget(false);
  }

  /** Takes the position that the reader offers, and commits there when it is time. */
  async checkpoint(state: Json): Promise<void> {
    this.offer = { state };
    this.pastCheckpoint = false;
    if (this.due()) await this.commit({ state, final: false });
  }

  /** Commits at the position that the reader offered last, when no records came after it. */
  async commitOffered(): Promise<void> {
    if (this.offer === undefined || this.pastCheckpoint) return;
    const moved = JSON.stringify(this.offer.state) !== JSON.stringify(this.position);
    if (this.stage.empty && !moved) return;
    await this.commit({ state: this.offer.state, final: false });
  }

  /** Commits what is left of an object that was read to its end. */
  async end(): Promise<void> {
    await this.drain();
    if (this.stage.countable) this.checkBudget(true);
    const reached = this.offer === undefined ? this.position : this.offer.state;
    const state = this.parts.incremental ? reached : null;
    const replaces = this.parts.mode === "replace";
    const moved = JSON.stringify(state) !== JSON.stringify(this.position);
    if (!this.stage.empty || moved || replaces) await this.commit({ state, final: true });
    faultPoint("object.done.before");
    await this.parts.ledger.journal.append({ type: "object_done", object: this.parts.object });
    faultPoint("object.done.after");
  }

  /**
   * Commits what was read of an object that is left before its end. The position stays at the last checkpoint, so
   * that nothing is lost. Says whether records came after it, which will be read again.
   */
  async cut(): Promise<boolean> {
    await this.drain();
    const state = this.parts.incremental ? (this.offer?.state ?? this.position) : null;
    if (!this.stage.empty) await this.commit({ state, final: false });
    return this.pastCheckpoint;
  }

  /** Discards what is staged and not committed; a commit that was prepared stays for the next run to finish. */
  async abort(): Promise<void> {
    await this.writing.catch(() => undefined);
    if (this.stage.prepared || !this.stage.used) return;
    const { files, token } = this.stage;
    await this.parts.writer.abort({ scope: "files", files, token }, this.parts.ledger.signal);
  }

  private async take(part: Prepared): Promise<void> {
    if (part.kind === "set_aside") return this.takeAside(part);
    await this.writing;
    const { redactor } = this.parts;
    // The names of fields come from the source, and are kept in the journal.
    this.stage.count({
      droppedFields: redactor.value(part.droppedFields),
      coercions: redactor.value(part.coercions),
    });
    this.stage.give(part.records, part.count);
    this.stage.bytesGiven += part.bytes;
    this.writing = this.write(part);
    // The next batch is prepared meanwhile; a failure is thrown where the promise is awaited.
    this.writing.catch(() => undefined);
  }

  private async write(part: Ready): Promise<void> {
    try {
      await this.give(part);
    } catch (error) {
      if (part.sorted === undefined || !mayBeRecords(error)) throw error;
      for await (const sorted of part.sorted())
        if (sorted.kind === "ready") await this.give(sorted);
        else await this.takeAside(sorted);
    }
  }

  private async give(part: Ready): Promise<void> {
    try {
      await this.giveHeld(part);
    } finally {
      // The source of a rejected record was looked up before.
      if (part.data.form === "native") part.data.release();
    }
  }

  private async giveHeld(part: Ready): Promise<void> {
    const { writer, signal } = this.parts;
    const { fileCounter, token } = this.stage;
    faultPoint("write.before");
    const result = await writer.write({ data: part.data, schema: part.schema, fileCounter, token }, signal);
    faultPoint("write.after");
    const rejected = this.stage.receive(result);
    if (rejected.length > 0)
      await this.setAside(
        rejected.map((bad) => ({ ...bad, ...part.source(bad.index) })),
        part.origin,
      );
  }

  private async takeAside({ records, origin }: SetAside): Promise<void> {
    this.stage.count({ read: records.length, rejected: records.length });
    await this.setAside(records, origin);
  }

  private async setAside(records: readonly Rejected[], { batch, recordsBefore }: BatchOrigin): Promise<void> {
    const { object, letters, onRejected, preparer, budget } = this.parts;
    const [first] = records;
    if (first === undefined) return;
    if (preparer.schema.mode === "strict") throw validationFailed(object, first, recordsBefore);
    onRejected(records);
    await letters.append(
      records.map((bad) => deadLetter(bad, { object, batch, sequence: this.stage.sequence })),
    );
    checkRejectedCount(budget, this.parts.totals());
  }

  private checkBudget(atEnd: boolean): void {
    checkBudget(this.parts.budget, this.parts.totals(), atEnd);
  }

  /** Waits until everything handed over so far is with the writer. */
  private async drain(): Promise<void> {
    for (const part of this.parts.preparer.release()) await this.take(part);
    await this.writing;
  }

  private due(): boolean {
    const { policy } = this.parts;
    const { tally, bytesGiven, openedAt } = this.stage;
    return (
      tally.read >= policy.maxRecords ||
      bytesGiven >= policy.maxBytes ||
      (performance.now() - openedAt) / 1000 >= policy.maxSeconds
    );
  }

  private async commit(at: { readonly state: Json; readonly final: boolean }): Promise<void> {
    await this.drain();
    const { writer, ledger, preparer, mode, incremental } = this.parts;
    const { stage } = this;
    const offer = { ...at, mode, incremental, schema: preparer.schema.orEmpty, before: this.committed };
    const prepare = await commitStage(writer, stage, offer, ledger, async (rejected) => {
      await this.setAside(rejected.map(untraced), preparer.lastOrigin);
      this.checkBudget(at.final);
    });
    this.committed = tallyOf(prepare);
    this.position = at.state;
    this.offer = undefined;
    this.stage = this.open(stage.sequence + 1, stage.fileCounter);
  }

  private open(sequence: number, fileCounter: number): Stage {
    const { ledger, object, tokenSpace: space } = this.parts;
    return new Stage({ runId: ledger.runId, object, sequence, space, fileCounter });
  }
}

/** Whether a query may have failed because of the records it reads; a target that is full, or a run that was stopped, is none of their fault. */
function mayBeRecords(error: unknown): boolean {
  return isDativoError(error) && error.code !== "INTERRUPTED" && error.code !== "TARGET_FULL";
}
