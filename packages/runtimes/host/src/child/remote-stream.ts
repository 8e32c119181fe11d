import {
  type BatchData,
  type BatchForm,
  DativoError,
  FRAME,
  type Frame,
  type ReaderEvent,
} from "@dativo/protocol";
import { batchData } from "../wire/batch-frame.js";
import { protocolError } from "../wire/frame-channel.js";
import type { Wire } from "../wire/key-case.js";
import { SharedBatches } from "../wire/shared-batches.js";
import type { Connection } from "./connection.js";

/** A frame that carries records. */
type BatchFrame = Extract<Frame, { readonly type: typeof FRAME.batch }>;

/** Batches that may be under way, so that the plugin works while the consumer does. */
const PREFETCH = 2;

/** Milliseconds that a stream nobody reads any more has to end. */
const END_GRACE_MS = 1000;

/**
 * The events of an `extract` in another process, pulled by whoever reads them.
 *
 * @throws DativoError what the plugin threw, `PLUGIN_CRASHED`, `UNEXPECTED_END`
 */
export async function* remoteStream(
  connection: Connection,
  params: Wire,
  accepts: readonly BatchForm[] | undefined,
  signal: AbortSignal,
): AsyncGenerator<ReaderEvent> {
  const inbox = new Inbox();
  const call = {
    operation: "extract",
    frame: (frame: Frame) => inbox.put(frame),
    fail: (error: DativoError) => inbox.fail(error),
  };
  const shared = connection.sharesMemory ? { shared_memory: PREFETCH } : {};
  const id = connection.stream(call, { ...params, ...shared });
  const cancel = () => connection.cancel(id);
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  connection.grant(id, PREFETCH);
  const elsewhere = new SharedBatches(connection.pid, accepts);
  const dataOf = async ({ header, payload }: BatchFrame) =>
    header.shared === undefined
      ? await batchData(header, payload)
      : await elsewhere.read(header, header.shared);
  let batches = 0;
  try {
    for (;;) {
      const frame = await inbox.take();
      if (frame.type === FRAME.end) {
        if (frame.header.reason === "done" && frame.header.sequence !== batches)
          throw incomplete(frame.header.sequence, batches);
        return;
      }
      if (frame.type === FRAME.batch) {
        batches += 1;
        const event = await eventOf(frame, dataOf);
        connection.grant(id, 1);
        yield event;
      } else {
        yield await eventOf(frame, dataOf);
      }
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    await ended(connection, id, inbox);
    connection.finish(id);
  }
}

/** Waits until the plugin has stopped, or stops its process. */
async function ended(connection: Connection, id: number, inbox: Inbox): Promise<void> {
  if (inbox.over) return;
  connection.cancel(id);
  const timer = setTimeout(() => connection.kill(), END_GRACE_MS);
  try {
    await inbox.drain();
  } finally {
    clearTimeout(timer);
  }
}

/** The event that a frame of a stream of records carries; `dataOf` finds a batch that lies elsewhere. */
export async function eventOf(
  frame: Frame,
  dataOf: (batch: BatchFrame) => Promise<BatchData> = ({ header, payload }) => batchData(header, payload),
): Promise<ReaderEvent> {
  switch (frame.type) {
    case FRAME.batch: {
      const { object, filtered, deduplicated } = frame.header;
      const data = await dataOf(frame);
      const counts = {
        ...(filtered === undefined ? {} : { filtered }),
        ...(deduplicated === undefined ? {} : { deduplicated }),
      };
      return { type: "batch", object, data, ...counts };
    }
    case FRAME.checkpoint:
      return { type: "checkpoint", object: frame.header.object, state: frame.header.state };
    case FRAME.object:
      return frame.header.event === "begin"
        ? { type: "object", object: frame.header.object }
        : { type: "end", object: frame.header.object };
    default:
      throw protocolError(`A frame of type ${frame.type} came in a stream of records.`);
  }
}

/** The error of a stream of which not every batch arrived. */
export function incomplete(sent: number, received: number): DativoError {
  return new DativoError({
    code: "UNEXPECTED_END",
    message: `A plugin sent ${sent} batches, of which ${received} arrived.`,
  });
}

/** Frames that arrived and were not read yet: as many batches as were granted, and what lies between them. */
class Inbox {
  over = false;
  private readonly frames: Frame[] = [];
  private error: DativoError | undefined;
  private wake: (() => void) | undefined;

  put(frame: Frame): void {
    if (frame.type === FRAME.end) this.over = true;
    const last = this.frames.at(-1);
    // A later checkpoint says all that an earlier one does, when no records are between them.
    if (
      frame.type === FRAME.checkpoint &&
      last?.type === FRAME.checkpoint &&
      last.header.object === frame.header.object
    )
      this.frames.pop();
    this.frames.push(frame);
    this.wake?.();
  }

  fail(error: DativoError): void {
    this.over = true;
    this.error ??= error;
    this.wake?.();
  }

  /** The next frame; the error, when there is none left before it. */
  async take(): Promise<Frame> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame !== undefined) return frame;
      if (this.error !== undefined) throw this.error;
      await this.woken();
    }
  }

  /** Drops frames until the last one has come. */
  async drain(): Promise<void> {
    while (!this.over) {
      this.frames.length = 0;
      await this.woken();
    }
  }

  private async woken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }
}
