import type { z } from "zod";
import { abiViolation } from "./abi-violation.js";
import {
  type BatchHeader,
  batchHeaderSchema,
  type CallHeader,
  type CancelHeader,
  type CheckpointHeader,
  type CreditHeader,
  callHeaderSchema,
  cancelHeaderSchema,
  checkpointHeaderSchema,
  creditHeaderSchema,
  type EndHeader,
  type ErrorHeader,
  endHeaderSchema,
  errorHeaderSchema,
  type HelloHeader,
  helloHeaderSchema,
  type LogHeader,
  logHeaderSchema,
  type ObjectHeader,
  objectHeaderSchema,
  type ResultHeader,
  resultHeaderSchema,
} from "./frame-header.js";
import { toJsonSafe } from "./json-safe.js";

/** The version of the frame protocol, sent in `HelloHeader.protocol`. */
export const FRAME_PROTOCOL_VERSION = 1;

/** The types of frame, by name. */
export const FRAME = {
  batch: 1,
  checkpoint: 2,
  log: 3,
  error: 4,
  end: 5,
  object: 6,
  hello: 16,
  call: 17,
  result: 18,
  credit: 19,
  cancel: 20,
} as const;

/** The header of each type of frame, by name. */
export interface FrameHeaders {
  batch: BatchHeader;
  checkpoint: CheckpointHeader;
  log: LogHeader;
  error: ErrorHeader;
  end: EndHeader;
  object: ObjectHeader;
  hello: HelloHeader;
  call: CallHeader;
  result: ResultHeader;
  credit: CreditHeader;
  cancel: CancelHeader;
}

/** The name of a type of frame. */
export type FrameName = keyof typeof FRAME;

/** The number of a type of frame. */
export type FrameType = (typeof FRAME)[FrameName];

/** A decoded frame; `type` tells which header it has. The payload is empty except for batches. */
export type Frame = {
  [Name in FrameName]: {
    readonly type: (typeof FRAME)[Name];
    readonly header: FrameHeaders[Name];
    readonly payload: Uint8Array;
  };
}[FrameName];

/** A frame to encode; only a batch carries a payload. */
export type FrameInput = {
  [Name in FrameName]: {
    readonly type: (typeof FRAME)[Name];
    readonly header: FrameHeaders[Name];
    readonly payload?: Name extends "batch" ? Uint8Array : never;
  };
}[FrameName];

/** Largest frame that is sent or accepted unless told otherwise, in bytes: 256 MiB. */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** The schema of each type of frame's header, by the frame's name. */
export const FRAME_HEADER_SCHEMAS: { readonly [Name in FrameName]: z.ZodType<FrameHeaders[Name]> } = {
  batch: batchHeaderSchema,
  checkpoint: checkpointHeaderSchema,
  log: logHeaderSchema,
  error: errorHeaderSchema,
  end: endHeaderSchema,
  object: objectHeaderSchema,
  hello: helloHeaderSchema,
  call: callHeaderSchema,
  result: resultHeaderSchema,
  credit: creditHeaderSchema,
  cancel: cancelHeaderSchema,
};

const NAMES: ReadonlyMap<number, FrameName> = new Map(
  Object.entries(FRAME).map(([name, type]) => [type, name as FrameName]),
);

/** The name of a type of frame, such as `batch` for 1; undefined for a number that is no type. */
export function frameName(type: number): FrameName | undefined {
  return NAMES.get(type);
}

/** Bytes before the header's JSON: u32 length, u8 type, u32 header length. */
const PREFIX_BYTES = 9;

/**
 * Writes one frame: `u32 length | u8 type | u32 header length | header JSON | payload`, little endian, where
 * `length` counts everything after itself.
 *
 * @throws DativoError `ABI_VIOLATION` when the header cannot be written as JSON, or the frame is larger than 256 MiB
 * @example
 * socket.write(encodeFrame({ type: FRAME.cancel, header: { id: 7 } }))
 */
export function encodeFrame(
  frame: FrameInput,
  options: { readonly maxFrameBytes?: number } = {},
): Uint8Array {
  const { maxFrameBytes = MAX_FRAME_BYTES } = options;
  const header = new TextEncoder().encode(headerText(frame));
  const payload = frame.payload ?? new Uint8Array(0);
  const length = PREFIX_BYTES - 4 + header.length + payload.length;
  if (length > maxFrameBytes)
    throw abiViolation(
      `A ${frameName(frame.type)} frame of ${length} bytes is larger than the ${maxFrameBytes} that the other side accepts.`,
      { hint: "Hand over smaller batches.", details: { type: frame.type, bytes: length } },
    );
  const bytes = new Uint8Array(4 + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint8(4, frame.type);
  view.setUint32(5, header.length, true);
  bytes.set(header, PREFIX_BYTES);
  bytes.set(payload, PREFIX_BYTES + header.length);
  return bytes;
}

function headerText(frame: FrameInput): string {
  try {
    return JSON.stringify(frame.header);
  } catch (cause) {
    // What is only for people to read must not fail for a bigint or a circular reference in it.
    if (frame.type === FRAME.log || frame.type === FRAME.error)
      return JSON.stringify(toJsonSafe(frame.header));
    throw abiViolation(
      `The header of a ${frameName(frame.type)} frame cannot be written as JSON: ${(cause as Error).message}`,
      {
        hint: "Return plain JSON values: no bigint, and nothing that refers to itself.",
        details: { type: frame.type },
        cause,
      },
    );
  }
}
