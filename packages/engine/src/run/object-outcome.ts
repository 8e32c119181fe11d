import type { BatchForm, Json, TableSchema } from "@dativo/protocol";
import type { ObjectPlan } from "../plan/plan.js";
import type { ObjectStream } from "./object-stream.js";
import type { FormPath } from "./prepare/form.js";
import type { Rejected, RejectedShare } from "./rejects.js";
import type { Tally } from "./tally.js";

/** How far an object got. */
export type ObjectStatus = "pending" | "reading" | "complete" | "partial";

/** Rejected records that a report shows as examples. */
const SAMPLES = 5;

/** What the last commit of an object left. */
export interface Committed {
  readonly tally: Tally;
  readonly state: Json;
  readonly schema: TableSchema | undefined;
}

/** What a stream of records counted, wherever it is. */
export type CountedStream = Pick<ObjectStream, "tally" | "committedTally" | "state">;

/** What is known of the records of a stream. */
export interface KnownForms {
  readonly schema: { readonly current: TableSchema | undefined };
  readonly paths: ReadonlyMap<BatchForm, FormPath>;
}

/** What is known of one object during and after a run, over all its attempts. */
export class ObjectOutcome {
  status: ObjectStatus = "pending";
  checkpoints = 0;
  seconds = 0;
  readonly stateBefore: Json;
  readonly samples: Rejected[] = [];
  private stream: CountedStream | undefined;
  private preparer: KnownForms | undefined;
  private startedAt: number | undefined;

  private readonly atStart: Tally;

  constructor(
    public plan: ObjectPlan,
    /** What earlier attempts of this run committed, and the position they left. */
    private before: Committed,
  ) {
    this.stateBefore = plan.state;
    this.atStart = before.tally;
  }

  /** Between two attempts: what the journal says was committed, and whether that was all of the object. */
  settle(committed: Committed, finished: boolean): void {
    this.before = committed;
    this.stream = undefined;
    if (finished) this.status = "complete";
    else if (this.status === "reading") this.status = "pending";
  }

  /** A new attempt reads the object. */
  begin(stream: CountedStream, preparer: KnownForms): void {
    this.stream = stream;
    this.preparer = preparer;
    this.status = "reading";
    this.startedAt = performance.now();
    this.samples.length = 0;
  }

  /** The attempt is over for this object, or altogether. */
  pauseClock(): void {
    if (this.startedAt === undefined) return;
    this.seconds += (performance.now() - this.startedAt) / 1000;
    this.startedAt = undefined;
  }

  /** Seconds spent on the object so far. */
  get elapsed(): number {
    return this.seconds + (this.startedAt === undefined ? 0 : (performance.now() - this.startedAt) / 1000);
  }

  sample(rejected: readonly Rejected[]): void {
    this.samples.push(...rejected.slice(0, Math.max(0, SAMPLES - this.samples.length)));
  }

  /** What is committed. */
  get committed(): Tally {
    return this.stream?.committedTally ?? this.before.tally;
  }

  /** What was counted, the open commit included. */
  get counted(): Tally {
    return this.stream?.tally ?? this.committed;
  }

  /** Records that this process read. */
  get readHere(): number {
    return Math.max(0, this.counted.read - this.atStart.read);
  }

  /** Records that were rejected in this process. */
  get rejectedHere(): number {
    return Math.max(0, this.counted.rejected - this.atStart.rejected);
  }

  get stateAfter(): Json {
    return this.stream === undefined ? this.before.state : this.stream.state;
  }

  get schema(): TableSchema | undefined {
    return this.preparer?.schema.current ?? this.before.schema ?? this.plan.schema;
  }

  get paths(): ReadonlyMap<BatchForm, FormPath> {
    return this.preparer?.paths ?? new Map<BatchForm, FormPath>();
  }
}

/** Counts since this process took the run up: a job whose source was mended must not fail for what is past. */
export function countedHere(outcomes: ReadonlyMap<string, ObjectOutcome>): RejectedShare {
  let read = 0;
  let rejected = 0;
  for (const { readHere, rejectedHere } of outcomes.values()) {
    read += readHere;
    rejected += rejectedHere;
  }
  return { read, rejected };
}
