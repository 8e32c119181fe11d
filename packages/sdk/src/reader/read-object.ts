import { DativoError, type Json, type ReaderEvent } from "@dativo/protocol";
import type { CursorTracker } from "../cursor/cursor-tracker.js";
import { type AnyIterable, abortable, isAnyIterable } from "../lifetime/abortable.js";
import { wrongShape } from "../results/wire-results.js";
import { BatchBuffer } from "./batch-buffer.js";
import { encodePosition } from "./position-state.js";
import { approximateBytes } from "./row-size.js";
import { isMarked, kindOfMarked, type Marked } from "./yielded.js";

/** One object that is being read. */
export interface ObjectRead {
  readonly object: string;
  /** Name of the call for messages, such as `quakes.read`. */
  readonly call: string;
  /** Follows the cursor; absent for objects without one. */
  readonly tracker?: CursorTracker | undefined;
  /** Whether the object declares positions of its own. */
  readonly positions: boolean;
  readonly batchBytes: number;
}

/**
 * Turns what an author yields into batches and checkpoints.
 *
 * Rows are regrouped into batches of about the wanted size, never past a checkpoint.
 */
export async function* readObject(
  read: ObjectRead,
  yielded: unknown,
  signal: AbortSignal,
): AsyncGenerator<ReaderEvent, void, undefined> {
  if (!isAnyIterable(yielded))
    throw wrongShape(read.call, "something to iterate over, as an async generator gives", yielded);
  const stream = new ObjectStream(read);
  for await (const item of abortable(yielded as AnyIterable<unknown>, signal)) {
    if (stream.gather(item)) continue;
    yield* stream.take(item);
    if (stream.done) break;
  }
  yield* stream.end();
}

/** Rows yielded one by one that are put aside before they are looked at together. */
const MAX_SINGLES = 256;

function isRow(item: unknown): boolean {
  return typeof item === "object" && item !== null && !Array.isArray(item) && !isMarked(item);
}

class ObjectStream {
  done = false;
  private readonly buffer: BatchBuffer;
  /** Rows yielded one by one that were not looked at yet. */
  private singles: unknown[] = [];
  private singleBytes = 0;

  constructor(private readonly read: ObjectRead) {
    this.buffer = new BatchBuffer(read.object, read.batchBytes);
  }

  /** Puts a single row aside; false when `take` is to look at the item. */
  gather(item: unknown): boolean {
    if (!isRow(item)) return false;
    this.singles.push(item);
    this.singleBytes += approximateBytes(item);
    return (
      this.singles.length < MAX_SINGLES && this.singleBytes < this.read.batchBytes && !this.buffer.isAged
    );
  }

  *take(item: unknown): Generator<ReaderEvent> {
    yield* this.takeSingles();
    if (isMarked(item)) yield* this.takeMarked(item);
    else if (Array.isArray(item)) yield* this.takePage(item);
    else if (!isRow(item)) throw wrongShape(this.read.call, "rows (objects), or pages of them", item);
  }

  *end(): Generator<ReaderEvent> {
    yield* this.takeSingles();
    yield* this.flush();
    const state = this.read.tracker?.end();
    if (state !== undefined) yield* this.checkpoint(state);
  }

  private *takeSingles(): Generator<ReaderEvent> {
    if (this.singles.length === 0) return;
    const rows = this.singles;
    this.singles = [];
    this.singleBytes = 0;
    yield* this.takeRows(rows);
  }

  private *takeMarked(item: Marked): Generator<ReaderEvent> {
    const kind = kindOfMarked(item);
    if (kind === "page" && "rows" in item) yield* this.takePage(item.rows);
    if (kind === "batch" && "data" in item) {
      const { tracker, call, object } = this.read;
      if (item.data.form === "rows") yield* this.takePage(item.data.rows);
      else if (tracker !== undefined)
        throw wrongShape(call, "rows, whose cursor can be followed", item.data.form);
      else {
        yield* this.flush();
        yield { type: "batch", object, data: item.data };
      }
    }
    if (item.position !== undefined) yield* this.takePosition(item.position);
  }

  private *takePosition(value: unknown): Generator<ReaderEvent> {
    const { object, call, positions } = this.read;
    if (!positions)
      throw new DativoError({
        code: "PLUGIN_WRONG_SHAPE",
        message: `${call} yields a position, but ${object} does not declare any.`,
        hint: "Declare position: <schema> on the object; an object with a cursor needs no positions.",
        details: { object },
      });
    yield* this.checkpoint(encodePosition(call, value));
  }

  /** A page ends where a checkpoint may stand; a page larger than a batch has several such places. */
  private *takePage(page: readonly unknown[]): Generator<ReaderEvent> {
    if (!Array.isArray(page)) throw wrongShape(this.read.call, "pages that are arrays of rows", page);
    for (const piece of this.buffer.pieces(page)) {
      yield* this.takeRows(piece);
      const state = this.read.tracker?.checkpoint();
      if (state !== undefined) yield* this.checkpoint(state);
      if (this.done) return;
    }
  }

  private *takeRows(rows: readonly unknown[]): Generator<ReaderEvent> {
    const tracked = this.read.tracker?.accept(rows);
    this.buffer.add(tracked?.rows ?? rows, tracked);
    this.done = tracked?.done ?? false;
    if (!this.buffer.isDue) return;
    yield this.buffer.take();
    // Rows yielded one by one have no pages, so their checkpoints follow the batches they fill.
    const state = this.read.tracker?.checkpoint();
    if (state !== undefined) yield* this.checkpoint(state);
  }

  private *checkpoint(state: Json): Generator<ReaderEvent> {
    yield* this.flush();
    yield { type: "checkpoint", object: this.read.object, state };
  }

  private *flush(): Generator<ReaderEvent> {
    if (!this.buffer.isEmpty) yield this.buffer.take();
  }
}
