import { DativoError, type ReaderEvent } from "@dativo/protocol";
import { BatchBuffer } from "../reader/batch-buffer.js";
import { toJson } from "../reader/position-state.js";
import { wrongShape } from "../results/wire-results.js";
import { isCheckpoint } from "./extracted.js";

/** How the stream of a reader class is to be understood. */
interface StreamSettings {
  readonly call: string;
  /** The objects that were asked for. */
  readonly objects: readonly string[];
  readonly incremental: boolean;
  readonly batchBytes: number;
}

/**
 * Turns what a reader class yields into events.
 *
 * Records of several objects may come in any order, so every object ends at the end of the stream. Objects that were
 * asked for and have no records are announced too, as they were read and are empty.
 */
export class ExtractedStream {
  /** The object that is being asked for, which records are of that name none. */
  only = "";
  /** Whether an object came by name that was not being asked for: asking for each by itself would read it twice. */
  readsAllAtOnce = false;
  private readonly announced = new Set<string>();
  private current: { readonly object: string; readonly buffer: BatchBuffer } | undefined;

  constructor(private readonly settings: StreamSettings) {}

  /** Says whether an object has begun. */
  hasRead(object: string): boolean {
    return this.announced.has(object);
  }

  *take(item: unknown): Generator<ReaderEvent> {
    const { call } = this.settings;
    if (Array.isArray(item)) yield* this.takeRecords(undefined, item);
    else if (isCheckpoint(item)) yield* this.takePosition(item.object, item.position);
    else if (typeof item === "object" && item !== null && "records" in item && Array.isArray(item.records)) {
      const { records, object, position } = item as {
        records: unknown[];
        object?: unknown;
        position?: unknown;
      };
      if (object !== undefined && object !== null && typeof object !== "string")
        throw wrongShape(call, "an object's name", object);
      yield* this.takeRecords(object ?? undefined, records);
      if (position !== undefined && position !== null)
        yield* this.takePosition(object ?? undefined, position);
    } else throw wrongShape(call, "arrays of records, or { records, object, position }", item);
  }

  *end(): Generator<ReaderEvent> {
    yield* this.flush();
    for (const object of this.settings.objects) yield* this.announce(object);
    for (const object of this.announced) yield { type: "end", object };
  }

  private *takeRecords(object: string | undefined, records: readonly unknown[]): Generator<ReaderEvent> {
    const buffer = yield* this.switchTo(object);
    for (const piece of buffer.pieces(records)) {
      buffer.add(piece);
      if (buffer.isDue) yield buffer.take();
    }
  }

  private *takePosition(object: string | undefined, position: unknown): Generator<ReaderEvent> {
    this.assertIncremental();
    yield* this.switchTo(object);
    yield* this.flush();
    yield {
      type: "checkpoint",
      object: object ?? this.only,
      state: toJson(this.settings.call, position),
    };
  }

  /** Whether records are added to the target or replace it is decided before the first of them, so it must be declared. */
  private assertIncremental(): void {
    const { call, incremental } = this.settings;
    if (incremental) return;
    throw new DativoError({
      code: "PLUGIN_WRONG_SHAPE",
      message: `${call} yields a position, but the class does not say that later runs go on from positions.`,
      hint: "Add static override incremental = true; to the class.",
      details: { call },
    });
  }

  private *switchTo(named: string | undefined): Generator<ReaderEvent, BatchBuffer> {
    const object = named ?? this.only;
    if (object !== this.only) this.readsAllAtOnce = true;
    if (this.current?.object !== object) {
      yield* this.flush();
      yield* this.announce(object);
      this.current = { object, buffer: new BatchBuffer(object, this.settings.batchBytes) };
    }
    return this.current.buffer;
  }

  private *announce(object: string): Generator<ReaderEvent> {
    if (this.announced.has(object)) return;
    this.announced.add(object);
    yield { type: "object", object: { name: object, incremental: this.settings.incremental } };
  }

  private *flush(): Generator<ReaderEvent> {
    if (this.current !== undefined && !this.current.buffer.isEmpty) yield this.current.buffer.take();
  }
}
