import {
  type BatchHeader,
  CONTRACT_VERSION,
  encodeFrame,
  FRAME,
  FRAME_PROTOCOL_VERSION,
  type FrameInput,
} from "@dativo/protocol";
import type { Wire } from "@dativo/runtime-host";

/** A batch as a frame carries it, without the number of its call. */
export interface FramedBatch {
  readonly header: Omit<BatchHeader, "id">;
  readonly payload?: Uint8Array;
}

/** A call that is made inside a function. */
export interface FunctionCall {
  readonly operation: string;
  readonly params: Wire;
  /** Records that go with it. */
  readonly batch?: FramedBatch;
}

/** The calls of one invocation as its request carries them; the call at position n has the number n. */
export function requestBytes(calls: readonly FunctionCall[]): Uint8Array {
  const frames: FrameInput[] = [
    {
      type: FRAME.hello,
      header: { protocol: FRAME_PROTOCOL_VERSION, api: CONTRACT_VERSION, name: "dativo" },
    },
  ];
  for (const [id, { operation, params, batch }] of calls.entries()) {
    frames.push({ type: FRAME.call, header: { id, operation, params } });
    if (batch === undefined) continue;
    const { header, payload } = batch;
    frames.push({
      type: FRAME.batch,
      header: { ...header, id },
      ...(payload === undefined ? {} : { payload }),
    });
  }
  return Buffer.concat(frames.map((frame) => encodeFrame(frame)));
}
