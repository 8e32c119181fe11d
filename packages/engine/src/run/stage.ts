import { DativoError, type FileMetadata, type RejectedRecord, type WriteResult } from "@dativo/protocol";
import { commitToken } from "./commit-token.js";
import { addTally, EMPTY_TALLY, type Tally } from "./tally.js";

/** Which commit of which object a stage is for. */
export interface StageIdentity {
  readonly runId: string;
  readonly object: string;
  /** Number of the commit within its object and run. */
  readonly sequence: number;
  /** As in `TokenParts`. */
  readonly space?: string | undefined;
  /** Files the object has had so far, over all runs. */
  readonly fileCounter: number;
}

/** What was handed over since the last commit of an object, and what the writer said of it. */
export class Stage {
  readonly object: string;
  readonly sequence: number;
  readonly token: string;
  readonly files: FileMetadata[] = [];
  readonly openedAt = performance.now();
  /** Whether the journal may hold the commit, so that its files must no longer be discarded. */
  prepared = false;
  /** Bytes handed to the writer, as far as they are known. */
  bytesGiven = 0;
  private counted: Tally = EMPTY_TALLY;
  private given = 0;
  private rejectedByWriter = 0;
  private readonly uncounted: (() => Promise<number>)[] = [];
  private readonly filesBefore: number;

  constructor(identity: StageIdentity) {
    this.object = identity.object;
    this.sequence = identity.sequence;
    this.token = commitToken(identity);
    this.filesBefore = identity.fileCounter;
  }

  /** Counts of this stage; `written` is known once it is settled. */
  get tally(): Tally {
    return this.counted;
  }

  get fileCounter(): number {
    return this.filesBefore + this.files.length;
  }

  /** Whether the writer was given anything. */
  get used(): boolean {
    return this.given > 0 || this.uncounted.length > 0 || this.files.length > 0;
  }

  /** Whether the number of records read is known before the stage is settled. */
  get countable(): boolean {
    return this.uncounted.length === 0;
  }

  /** Whether a commit would record anything. */
  get empty(): boolean {
    return !this.used && this.counted.read === 0;
  }

  count(add: Partial<Tally>): void {
    this.counted = addTally(this.counted, add);
  }

  /** Takes note of records that the writer is given; `count` finds their number when only the writer knows it. */
  give(records: number | undefined, count: () => Promise<number>): void {
    if (records === undefined) this.uncounted.push(count);
    else {
      this.given += records;
      this.count({ read: records });
    }
  }

  /** Takes note of what the writer answered, and returns what it rejected. */
  receive(result: WriteResult): readonly RejectedRecord[] {
    for (const file of result.files) {
      this.files.push(file);
      this.count({ files: 1, bytes: file.size_bytes ?? 0 });
    }
    const rejected = result.rejected ?? [];
    this.rejectedByWriter += rejected.length;
    if (rejected.length > 0) this.count({ rejected: rejected.length });
    return rejected;
  }

  /**
   * Works out how many records were written, after the last answer of the writer.
   *
   * @throws DativoError `WRITER_MISCOUNTED` when all files have a count and the counts do not add up
   */
  async settle(last: WriteResult): Promise<readonly RejectedRecord[]> {
    const rejected = this.receive(last);
    const inFiles = this.recordsInFiles();
    if (this.uncounted.length > 0) {
      const found =
        inFiles === undefined ? await this.countAll() : inFiles + this.rejectedByWriter - this.given;
      this.given += found;
      this.count({ read: found });
      this.uncounted.length = 0;
    }
    const written = this.given - this.rejectedByWriter;
    if (written < 0 || (inFiles !== undefined && inFiles !== written)) throw this.miscounted(inFiles);
    this.count({ written, commits: 1 });
    return rejected;
  }

  /** Records in all files, or undefined when a file does not say, or when there is none. */
  private recordsInFiles(): number | undefined {
    if (this.files.length === 0) return undefined;
    let sum = 0;
    for (const file of this.files) {
      if (file.record_count === undefined) return undefined;
      sum += file.record_count;
    }
    return sum;
  }

  private async countAll(): Promise<number> {
    let sum = 0;
    for (const count of this.uncounted) sum += await count();
    return sum;
  }

  private miscounted(inFiles: number | undefined): DativoError {
    const { object, given, rejectedByWriter: rejected, token } = this;
    return new DativoError({
      code: "WRITER_MISCOUNTED",
      message: `The writer of ${object} was given ${given} records; its files hold ${inFiles ?? "an unknown number"} and it rejected ${rejected}.`,
      details: { object, given, in_files: inFiles ?? null, rejected, token },
    });
  }
}
