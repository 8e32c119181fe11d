import { type EndHeader, FRAME, type ReaderEvent } from "@dativo/protocol";
import { batchFrame } from "../wire/batch-frame.js";
import type { Credits } from "../wire/credits.js";
import type { FrameChannel } from "../wire/frame-channel.js";

/** What the frames of a stream are sent through. */
export type FrameSink = Pick<FrameChannel, "send" | "sendFlowing">;

/** The call that a stream answers. */
export interface StreamCall {
  readonly id: number;
  readonly signal: AbortSignal;
  /** How many batches the consumer wants; absent when it takes them all. */
  readonly credits?: Credits;
  /** Asked after each event was sent: why the stream is to end there, before everything was read. */
  readonly stop?: (event: ReaderEvent) => EndHeader["reason"] | undefined;
}

/** Sends the events of a reader, each batch only when the consumer has granted one. */
export async function sendEvents(
  events: AsyncIterable<ReaderEvent>,
  channel: FrameSink,
  call: StreamCall,
): Promise<void> {
  const { id, signal, credits, stop } = call;
  const iterator = events[Symbol.asyncIterator]();
  let records = 0;
  let sequence = 0;
  const end = async (reason: EndHeader["reason"]) => {
    await iterator.return?.();
    channel.send({ type: FRAME.end, header: { id, reason, records, sequence } });
  };
  for (;;) {
    await credits?.available(signal);
    if (signal.aborted) return await end("cancelled");
    const next = await iterator.next();
    if (next.done === true) break;
    const event = next.value;
    switch (event.type) {
      case "object":
        await channel.sendFlowing({
          type: FRAME.object,
          header: { id, event: "begin", object: event.object },
        });
        break;
      case "batch": {
        const { object, data, filtered, deduplicated } = event;
        const counts = {
          ...(filtered === undefined ? {} : { filtered }),
          ...(deduplicated === undefined ? {} : { deduplicated }),
        };
        const frame = await batchFrame({ id, sequence, object, ...counts }, data);
        if (frame.type === FRAME.batch) records += frame.header.recordCount ?? 0;
        sequence += 1;
        credits?.use();
        await channel.sendFlowing(frame);
        break;
      }
      case "checkpoint":
        await channel.sendFlowing({
          type: FRAME.checkpoint,
          header: { id, object: event.object, state: event.state },
        });
        break;
      case "end":
        await channel.sendFlowing({ type: FRAME.object, header: { id, event: "end", object: event.object } });
        break;
    }
    const reason = stop?.(event);
    if (reason !== undefined) return await end(reason);
  }
  channel.send({ type: FRAME.end, header: { id, reason: "done", records, sequence } });
}
