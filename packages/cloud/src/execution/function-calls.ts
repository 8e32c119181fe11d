import {
  type BatchData,
  CONTRACT_VERSION,
  encodeFrame,
  FRAME,
  FRAME_PROTOCOL_VERSION,
  type FrameInput,
} from "@dativo/protocol";
import { batchFrame, type Wire } from "@dativo/runtime-host";

/** A call that is made inside a function. */
export interface FunctionCall {
  readonly operation: string;
  readonly params: Wire;
  /** Records that go with it. */
  readonly data?: BatchData;
}

/** The calls of one invocation as its request carries them; the call at position n has the number n. */
export async function requestBytes(calls: readonly FunctionCall[]): Promise<Uint8Array> {
  const frames: FrameInput[] = [
    {
      type: FRAME.hello,
      header: { protocol: FRAME_PROTOCOL_VERSION, api: CONTRACT_VERSION, name: "dativo" },
    },
  ];
  for (const [id, { operation, params, data }] of calls.entries()) {
    frames.push({ type: FRAME.call, header: { id, operation, params } });
    if (data !== undefined) frames.push(await batchFrame({ id, sequence: 0, object: "" }, data));
  }
  return Buffer.concat(frames.map((frame) => encodeFrame(frame)));
}
