import { type BatchData, FRAME, type Frame, type FrameHeaders, isDativoError } from "@dativo/protocol";
import { pluginFault } from "../guard/plugin-fault.js";
import { batchData } from "../wire/batch-frame.js";
import { Credits } from "../wire/credits.js";
import type { FrameChannel } from "../wire/frame-channel.js";
import { type PluginLoader, PluginOperations } from "./plugin-operations.js";
import { sendEvents } from "./send-events.js";

type CallHeader = FrameHeaders["call"];

/** Operations whose call frame is followed by a batch. */
const WITH_BATCH = new Set(["write"]);

/** A call that has not been answered. */
interface ServedCall {
  readonly header: CallHeader;
  readonly controller: AbortController;
  readonly credits: Credits;
}

/** Answers the calls that come through a channel. */
export class PluginServer {
  private readonly calls = new Map<number, ServedCall>();
  private readonly operations: PluginOperations;

  constructor(
    private readonly channel: () => FrameChannel,
    load: PluginLoader,
  ) {
    this.operations = new PluginOperations(load, (record) =>
      channel().send({ type: FRAME.log, header: record }),
    );
  }

  /** Takes a frame of the host. */
  take(frame: Frame): void {
    switch (frame.type) {
      case FRAME.call: {
        const call = { header: frame.header, controller: new AbortController(), credits: new Credits() };
        this.calls.set(frame.header.id, call);
        if (!WITH_BATCH.has(frame.header.operation)) void this.serve(call);
        break;
      }
      case FRAME.batch: {
        const call = this.calls.get(frame.header.id);
        if (call !== undefined) void this.serve(call, () => batchData(frame.header, frame.payload));
        break;
      }
      case FRAME.credit:
        this.calls.get(frame.header.id)?.credits.grant(frame.header.batches);
        break;
      case FRAME.cancel:
        this.calls.get(frame.header.id)?.controller.abort();
        this.operations.abortInstance(frame.header.id);
        break;
      default:
        break;
    }
  }

  /** Ends what is under way and closes what is open. */
  async close(): Promise<void> {
    for (const { controller } of this.calls.values()) controller.abort();
    await this.operations.close();
  }

  private async serve(call: ServedCall, batch?: () => Promise<BatchData>): Promise<void> {
    const { id, operation: name, params } = call.header;
    const { signal } = call.controller;
    try {
      const data = await batch?.();
      const answer = await this.operations.run({
        id,
        name,
        params,
        signal,
        ...(data === undefined ? {} : { data }),
      });
      if ("events" in answer)
        await sendEvents(answer.events, this.channel(), { id, signal, credits: call.credits });
      else this.channel().send({ type: FRAME.result, header: { id, value: answer.value ?? null } });
    } catch (thrown) {
      this.channel().send({ type: FRAME.error, header: { id, error: this.error(thrown, name).toJSON() } });
    } finally {
      this.calls.delete(id);
    }
  }

  private error(thrown: unknown, call: string) {
    // What loading throws names the reference, and has nothing of a plugin in it.
    if (call === "load" && isDativoError(thrown)) return thrown;
    const { name, redactor } = this.operations;
    return pluginFault(thrown, { plugin: name, kind: undefined, call, redactor, sources: new Set() });
  }
}
