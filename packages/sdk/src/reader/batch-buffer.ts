import type { ReaderEvent, Row } from "@dativo/protocol";
import { approximatePageBytes } from "./row-size.js";

/** Rows of a batch at most, whatever their size. */
const MAX_ROWS = 10_000;

/** Milliseconds after which rows are handed on although their batch is not full. */
const MAX_AGE_MS = 1000;

/** Default size of a batch: 1 MiB. */
const DEFAULT_BATCH_BYTES = 1_048_576;

/** Rows left out of a page, to be reported with its batch. */
interface LeftOut {
  readonly filtered: number;
  readonly deduplicated: number;
}

/** Regroups rows of one object into batches of about the wanted size, in their order. */
export class BatchBuffer {
  private rows: unknown[] = [];
  private bytes = 0;
  private filtered = 0;
  private deduplicated = 0;
  private lastTaken: number;

  constructor(
    private readonly object: string,
    private readonly batchBytes: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.lastTaken = now();
  }

  /** Cuts a page that is much larger than a batch into pieces that are not. */
  pieces(page: readonly unknown[]): readonly (readonly unknown[])[] {
    const bytes = approximatePageBytes(page);
    if (page.length <= MAX_ROWS && bytes <= this.batchBytes * 2) return [page];
    const size = Math.max(1, Math.min(MAX_ROWS, Math.floor((page.length * this.batchBytes) / bytes)));
    const pieces: (readonly unknown[])[] = [];
    for (let start = 0; start < page.length; start += size) pieces.push(page.slice(start, start + size));
    return pieces;
  }

  /** Adds the rows of a page, which are copied: an author may empty the array once it was yielded. */
  add(rows: readonly unknown[], leftOut?: LeftOut): void {
    for (const row of rows) this.rows.push(row);
    this.bytes += approximatePageBytes(rows);
    this.filtered += leftOut?.filtered ?? 0;
    this.deduplicated += leftOut?.deduplicated ?? 0;
  }

  /** Whether a batch is due; one is from time to time even without rows, as a sign of life. */
  get isDue(): boolean {
    return this.bytes >= this.batchBytes || this.rows.length >= MAX_ROWS || this.isAged;
  }

  /** Whether the last batch is so long ago that the next is due, full or not. */
  get isAged(): boolean {
    return this.now() - this.lastTaken >= MAX_AGE_MS;
  }

  get isEmpty(): boolean {
    return this.rows.length === 0 && this.filtered === 0 && this.deduplicated === 0;
  }

  /** The batch of what was added since the last one. */
  take(): ReaderEvent {
    const { object, filtered, deduplicated } = this;
    const event: ReaderEvent = {
      type: "batch",
      object,
      data: { form: "rows", rows: this.rows as Row[] },
      ...(filtered > 0 ? { filtered } : {}),
      ...(deduplicated > 0 ? { deduplicated } : {}),
    };
    this.rows = [];
    this.bytes = 0;
    this.filtered = 0;
    this.deduplicated = 0;
    this.lastTaken = this.now();
    return event;
  }
}

/** Size of a batch in bytes: `engine.options.batch_bytes` of the job. @default 1 MiB */
export function batchBytesOf(engine: { readonly options?: unknown }): number {
  const options = engine.options as { readonly batch_bytes?: unknown } | null | undefined;
  const bytes = options?.batch_bytes;
  return typeof bytes === "number" && bytes > 0 ? bytes : DEFAULT_BATCH_BYTES;
}
