import { DativoError, type Json } from "@dativo/protocol";
import { Boundary, Delivered } from "./boundary.js";
import { type Comparable, type CursorValue, compareCursors, toComparable } from "./cursor-kind.js";
import type { CursorOptions } from "./cursor-options.js";
import { decodeCursorState, encodeCursorState } from "./cursor-state.js";
import { type CursorMark, moveBack } from "./cursor-value.js";

/** What became of the records of a page. */
export interface TrackedPage {
  /** Records to deliver; the page itself when none was left out. */
  readonly rows: readonly unknown[];
  /** Records before the position. */
  readonly filtered: number;
  /** Records that were delivered before. */
  readonly deduplicated: number;
  /** Whether every later record is before the position, so that reading may stop. */
  readonly done: boolean;
}

/**
 * Follows the cursor of one object through a read: leaves out what was delivered before, and says which position
 * is safe to go on from.
 *
 * A position is safe when a read from it yields every record that was not delivered. Records that share a cursor
 * value are not complete before a greater value was seen, so those delivered at the greatest value are remembered
 * by hash beside the position, and recognised when they come again.
 */
export class CursorTracker {
  /** Where `read` should start: records at or after it (after it, with an exclusive boundary). */
  readonly since: CursorValue | undefined;
  private readonly threshold: Comparable | undefined;
  private readonly startEdge: Comparable | undefined;
  private readonly delivered: Delivered;
  /** The greatest value delivered, and the greatest one below it. */
  private edge: CursorMark | undefined;
  private below: CursorMark | undefined;
  private boundary: Boundary;
  private previous: CursorMark | undefined;
  private moved = false;

  /** @throws DativoError `POSITION_INVALID`, `STATE_VERSION_NEWER` when the state cannot be gone on from */
  constructor(
    private readonly options: CursorOptions,
    state: Json | undefined,
  ) {
    const { object, cursor, kind, boundaryBytes, lookbackSeconds } = options;
    const start =
      state === undefined || state === null ? undefined : decodeCursorState(object, cursor, kind, state);
    let from = start?.position ?? undefined;
    if (from !== undefined && lookbackSeconds > 0) from = moveBack(kind, from, lookbackSeconds);
    this.since = from?.value;
    this.threshold = from?.comparable;
    this.startEdge = start?.edge.comparable;
    this.edge = start?.edge;
    this.below = start?.position ?? undefined;
    this.delivered = new Delivered(start?.records ?? []);
    this.boundary =
      start === undefined ? new Boundary(boundaryBytes) : Boundary.restore(boundaryBytes, start.records);
  }

  /**
   * Takes in a page of records.
   *
   * @throws DativoError `CURSOR_OUT_OF_ORDER` when records are not in the order declared, `VALIDATION_FAILED` when
   *   one has no cursor value and that is to fail
   */
  accept(page: readonly unknown[]): TrackedPage {
    let kept: unknown[] | undefined;
    let filtered = 0;
    let deduplicated = 0;
    for (let index = 0; index < page.length; index += 1) {
      const record = page[index];
      const verdict = this.judge(record);
      if (verdict === "deliver") {
        kept?.push(record);
        continue;
      }
      kept ??= page.slice(0, index);
      if (verdict === "before") filtered += 1;
      else deduplicated += 1;
    }
    this.boundary.settle();
    return {
      rows: kept ?? page,
      filtered,
      deduplicated,
      done: filtered > 0 && this.options.order === "descending",
    };
  }

  /** The state to go on from after the records so far, or undefined while none is safe or nothing has moved. */
  checkpoint(): Json | undefined {
    if (this.options.order !== "ascending" || (this.boundary.overflowed && !this.options.hasKey))
      return undefined;
    return this.state();
  }

  /**
   * The state to go on from after all records, or undefined when nothing has moved.
   *
   * @throws DativoError `CURSOR_BOUNDARY_TOO_LARGE`
   */
  end(): Json | undefined {
    const { object, cursor, boundaryBytes, hasKey } = this.options;
    if (this.moved && this.boundary.overflowed && !hasKey)
      throw new DativoError({
        code: "CURSOR_BOUNDARY_TOO_LARGE",
        message: `${object} has more records at ${cursor} = ${show(this.edge as CursorMark)} than ${boundaryBytes} bytes can remember.`,
        details: { object, cursor },
      });
    return this.state();
  }

  /** Whether records at the last value are too many to remember, so that they will be read again. */
  get overflowed(): boolean {
    return this.boundary.overflowed;
  }

  private state(): Json | undefined {
    if (!this.moved || this.edge === undefined) return undefined;
    this.moved = false;
    const { cursor, kind, inclusive } = this.options;
    const position = inclusive ? this.edge : (this.below ?? null);
    return encodeCursorState(cursor, kind, { position, edge: this.edge, records: this.boundary.records() });
  }

  private judge(record: unknown): "deliver" | "before" | "again" {
    const { cursor, kind, failOnNull, inclusive } = this.options;
    const value =
      typeof record === "object" && record !== null ? (record as Record<string, unknown>)[cursor] : undefined;
    const comparable = value === undefined || value === null ? undefined : toComparable(kind, value);
    if (comparable === undefined) {
      if (failOnNull) throw this.missing(value);
      return "deliver"; // a value of the wrong type is rejected by the packer, with the record it is in
    }
    const mark: CursorMark = { value: value as CursorValue, comparable };
    this.verifyOrder(mark);
    if (this.threshold !== undefined) {
      const order = compareCursors(comparable, this.threshold);
      if (order < 0 || (order === 0 && !inclusive)) return "before";
    }
    if (
      this.startEdge !== undefined &&
      compareCursors(comparable, this.startEdge) === 0 &&
      this.delivered.take(record)
    )
      return "again";
    this.advance(mark, record);
    return "deliver";
  }

  private advance(mark: CursorMark, record: unknown): void {
    const order = this.edge === undefined ? 1 : compareCursors(mark.comparable, this.edge.comparable);
    if (order > 0) {
      this.below = this.edge;
      this.edge = mark;
      this.boundary = new Boundary(this.options.boundaryBytes);
    }
    if (order >= 0) {
      this.boundary.add(record);
      this.moved = true;
    } else if (this.below === undefined || compareCursors(mark.comparable, this.below.comparable) > 0) {
      this.below = mark;
      this.moved = true;
    }
  }

  private verifyOrder(mark: CursorMark): void {
    const { object, cursor, order } = this.options;
    if (order === "unsorted") return;
    const { previous } = this;
    this.previous = mark;
    if (previous === undefined) return;
    const step = compareCursors(mark.comparable, previous.comparable);
    if (order === "ascending" ? step >= 0 : step <= 0) return;
    throw new DativoError({
      code: "CURSOR_OUT_OF_ORDER",
      message: `${object} is declared ${order} by ${cursor}, but ${show(mark)} came after ${show(previous)}.`,
      details: { object, cursor, order, previous: show(previous), current: show(mark) },
    });
  }

  private missing(value: unknown): DativoError {
    const { object, cursor, kind } = this.options;
    return new DativoError({
      code: "VALIDATION_FAILED",
      message: `A record of ${object} has no usable cursor: ${cursor} is ${value === undefined ? "missing" : value === null ? "null" : `a ${typeof value}`}, expected a value compared as ${kind}.`,
      hint: 'Leave such records out at the source, or set nullCursor: "deliver".',
      details: { object, cursor },
    });
  }
}

function show(mark: CursorMark): string {
  return mark.value instanceof Date ? mark.value.toISOString() : String(mark.value);
}
