import { isDeepStrictEqual } from "node:util";
import { type BatchData, type ColumnBatch, DativoError, type NativeBatch } from "@dativo/protocol";

/** Times the same batch may come in a row. */
const REPEATS = 1000;

/** Records that may come in the same batch again and again: an SDK regroups small pages into large batches. */
const REPEATED_RECORDS = 1_000_000;

/** Notices a source that hands over the same batch again and again, and would never end. */
export class RepeatedBatch {
  private last: BatchData | undefined;
  private repeats = 0;
  private position: string | undefined;
  private readonly native = new NativeSizes();

  constructor(private readonly object: string) {}

  /** @throws DativoError `SOURCE_NOT_ADVANCING` */
  batch(data: BatchData): void {
    if (data.form === "native") {
      const columns = this.native.comparable(data);
      if (columns === undefined) {
        this.repeats = 0;
        this.last = undefined;
        return;
      }
      data = columns;
    }
    this.repeats = this.last !== undefined && sameBatch(this.last, data) ? this.repeats + 1 : 0;
    this.last = data;
    if (this.repeats < REPEATS && this.repeats * recordsOf(data) < REPEATED_RECORDS) return;
    throw new DativoError({
      code: "SOURCE_NOT_ADVANCING",
      message: `The source returned the same batch of ${this.object} ${this.repeats} times in a row.`,
      details: { object: this.object },
    });
  }

  /** A position that moves shows that the source goes on. */
  checkpoint(state: unknown): void {
    const position = JSON.stringify(state);
    if (position !== this.position) this.repeats = 0;
    this.position = position;
  }
}

/** Batches of native memory that have the same sizes in a row before what is in them is compared. */
const SAME_SIZES = 100;

/** Keeps batches of native memory from being copied, unless their sizes make it likely that they are all the same. */
class NativeSizes {
  private sizes = "";
  private streak = 0;
  private before: ColumnBatch | undefined;

  /** The columns, when it is time to compare them with those of the batch before. */
  comparable(batch: NativeBatch): ColumnBatch | undefined {
    const sizes = [batch.recordCount, batch.byteSize, ...batch.nullCounts].join(" ");
    this.streak = sizes === this.sizes ? this.streak + 1 : 0;
    this.sizes = sizes;
    if (this.streak < SAME_SIZES) {
      this.before = undefined;
      return undefined;
    }
    const columns = batch.columns();
    // Numbers alone have the same sizes in every batch: the next look at them is not before as many again.
    if (this.before !== undefined && !sameColumns(this.before, columns)) this.streak = 0;
    this.before = columns;
    return columns;
  }
}

function recordsOf(data: BatchData): number {
  return data.form === "rows" ? data.rows.length : data.form === "arrow" ? data.recordCount : 0;
}

function sameBatch(left: BatchData, right: BatchData): boolean {
  if (left.form === "rows" && right.form === "rows") {
    const { length } = left.rows;
    // Most batches differ in their first record, which is cheap to see.
    return (
      length === right.rows.length &&
      isDeepStrictEqual(left.rows[0], right.rows[0]) &&
      isDeepStrictEqual(left.rows, right.rows)
    );
  }
  if (left.form === "json" && right.form === "json") return Buffer.compare(left.text, right.text) === 0;
  if (left.form === "relation" && right.form === "relation") return left.sql === right.sql;
  if (left.form === "arrow" && right.form === "arrow") return sameColumns(left, right);
  return false;
}

function sameColumns(left: ColumnBatch, right: ColumnBatch): boolean {
  return (
    left.recordCount === right.recordCount &&
    left.byteSize === right.byteSize &&
    isDeepStrictEqual(left.columns, right.columns)
  );
}
