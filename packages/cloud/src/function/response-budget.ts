import type { EndHeader, ReaderEvent } from "@dativo/protocol";

/** What one invocation may take. */
export interface InvocationBounds {
  /** Bytes of a response after which a stream stops at its next checkpoint. */
  readonly responseBytes: number;
  /** Bytes at which the provider cuts a response. */
  readonly streamBytes: number;
  /** Milliseconds that are left for ending, when batches take less than half of them. */
  readonly reserveMs: number;
}

/** How long a batch is, and how much time there is. */
export interface ResponseMeter {
  /** Bytes of the response so far. */
  readonly sentBytes: () => number;
  /** Milliseconds until the provider ends the invocation. */
  readonly remainingMs: () => number;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: () => number;
}

/**
 * Decides at which checkpoint the stream of an invocation stops, so that neither its bytes nor its time run out before
 * the next one. Places where records of another object would have to be read again are passed over.
 */
export class ResponseBudget {
  /** Objects with records that no checkpoint covers yet. */
  private readonly uncovered = new Set<string>();
  private largest = 0;
  private slowest = 0;
  private bytesAt: number;
  private timeAt: number;

  constructor(
    private readonly bounds: InvocationBounds,
    private readonly meter: ResponseMeter,
  ) {
    this.bytesAt = meter.sentBytes();
    this.timeAt = meter.nowMs();
  }

  /** Takes note of an event that was sent; says why the stream is to stop after it. */
  stop(event: ReaderEvent): EndHeader["reason"] | undefined {
    if (event.type === "batch") this.uncovered.add(event.object);
    if (event.type !== "checkpoint" && event.type !== "end") return undefined;
    this.uncovered.delete(event.object);
    if (this.uncovered.size > 0) return undefined;
    const bytes = this.meter.sentBytes();
    const now = this.meter.nowMs();
    this.largest = Math.max(this.largest, bytes - this.bytesAt);
    this.slowest = Math.max(this.slowest, now - this.timeAt);
    this.bytesAt = bytes;
    this.timeAt = now;
    const { responseBytes, streamBytes, reserveMs } = this.bounds;
    if (bytes >= responseBytes || bytes + this.largest > streamBytes) return "bytes";
    return this.meter.remainingMs() < Math.max(reserveMs, 2 * this.slowest) ? "deadline" : undefined;
  }
}
