import { FRAME, type ReaderEvent } from "@dativo/protocol";
import { batchFrame } from "../wire/batch-frame.js";
import type { Credits } from "../wire/credits.js";
import type { FrameChannel } from "../wire/frame-channel.js";

/** Sends the events of a reader, each batch only when the consumer has granted one. */
export async function sendEvents(
  events: AsyncIterable<ReaderEvent>,
  channel: FrameChannel,
  call: { readonly id: number; readonly signal: AbortSignal; readonly credits: Credits },
): Promise<void> {
  const { id, signal, credits } = call;
  const iterator = events[Symbol.asyncIterator]();
  let records = 0;
  let sequence = 0;
  for (;;) {
    await credits.available(signal);
    if (signal.aborted) {
      await iterator.return?.();
      channel.send({ type: FRAME.end, header: { id, reason: "cancelled", records, sequence } });
      return;
    }
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
        credits.use();
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
  }
  channel.send({ type: FRAME.end, header: { id, reason: "done", records, sequence } });
}
