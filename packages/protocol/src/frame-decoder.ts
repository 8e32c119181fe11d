import { z } from "zod";
import { abiViolation } from "./abi-violation.js";
import { DativoError } from "./error.js";
import {
  FRAME,
  FRAME_HEADER_SCHEMAS,
  type Frame,
  type FrameName,
  frameName,
  MAX_FRAME_BYTES,
} from "./frame.js";

/** Bytes of a frame after its length: u8 type, u32 header length. */
const FIXED_BYTES = 5;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads frames from a byte stream, however it is cut into chunks.
 *
 * A chunk belongs to the decoder once pushed: payloads may be views of it, at any alignment. Each byte is
 * copied at most once. After an error the stream has no known frame boundary, and every further call throws
 * the same error.
 *
 * @example
 * const decoder = new FrameDecoder();
 * for await (const chunk of stream) for (const frame of decoder.push(chunk)) handle(frame);
 * decoder.end();
 */
export class FrameDecoder {
  private readonly maxFrameBytes: number;
  private readonly prefix = new Uint8Array(4);
  private prefixFilled = 0;
  private body: Uint8Array | undefined;
  private bodyFilled = 0;
  private failure: unknown;

  constructor(
    options: {
      /** Largest frame accepted, in bytes. @default 268435456 (256 MiB) */
      readonly maxFrameBytes?: number;
    } = {},
  ) {
    this.maxFrameBytes = options.maxFrameBytes ?? MAX_FRAME_BYTES;
  }

  /**
   * Takes the next bytes of the stream and returns the frames that they complete.
   *
   * @throws DativoError `ABI_VIOLATION` naming what was got; frames that the same chunk completed before it are lost
   */
  push(chunk: Uint8Array): Frame[] {
    if (this.failure !== undefined) throw this.failure;
    try {
      return this.take(chunk);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /**
   * Says that the stream is over.
   *
   * @throws DativoError `UNEXPECTED_END` when it stops inside a frame
   */
  end(): void {
    if (this.failure !== undefined) throw this.failure;
    if (this.prefixFilled === 0) return;
    const expected = this.body === undefined ? 4 : this.body.length;
    const got = this.body === undefined ? this.prefixFilled : this.bodyFilled;
    throw new DativoError({
      code: "UNEXPECTED_END",
      message: `The stream ended inside a frame, after ${got} of ${expected} bytes${this.body === undefined ? " of its length" : ""}.`,
      details: { got_bytes: got, expected_bytes: expected },
    });
  }

  private take(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.body === undefined) {
        while (this.prefixFilled < 4 && at < chunk.length)
          this.prefix[this.prefixFilled++] = chunk[at++] as number;
        if (this.prefixFilled < 4) break;
        const length = this.bodyLength();
        if (chunk.length - at >= length) {
          frames.push(decodeBody(chunk.subarray(at, at + length)));
          at += length;
          this.prefixFilled = 0;
          continue;
        }
        this.body = new Uint8Array(length);
        this.bodyFilled = 0;
      }
      const part = chunk.subarray(at, at + this.body.length - this.bodyFilled);
      this.body.set(part, this.bodyFilled);
      this.bodyFilled += part.length;
      at += part.length;
      if (this.bodyFilled === this.body.length) {
        frames.push(decodeBody(this.body));
        this.body = undefined;
        this.prefixFilled = 0;
      }
    }
    return frames;
  }

  private bodyLength(): number {
    const length = viewOf(this.prefix).getUint32(0, true);
    if (length >= FIXED_BYTES && length <= this.maxFrameBytes) return length;
    const wanted = length < FIXED_BYTES ? `at least ${FIXED_BYTES}` : `at most ${this.maxFrameBytes}`;
    throw abiViolation(
      `A frame says it has ${length} bytes (${shown(this.prefix)}); ${wanted} are allowed.`,
      {
        hint: "If these bytes are text, something other than the protocol was written to its stream.",
        details: { bytes: length },
      },
    );
  }
}

function decodeBody(body: Uint8Array): Frame {
  const type = body[0] as number;
  const name = frameName(type);
  if (name === undefined)
    throw abiViolation(`There is no frame type ${type}; known are ${listTypes()}.`, { details: { type } });
  const headerEnd = FIXED_BYTES + viewOf(body).getUint32(1, true);
  if (headerEnd > body.length)
    throw abiViolation(
      `The header of a ${name} frame says it has ${headerEnd - FIXED_BYTES} bytes, but the frame has room for ${body.length - FIXED_BYTES}.`,
      { details: { type } },
    );
  const header = decodeHeader(name, body.subarray(FIXED_BYTES, headerEnd));
  const payload = body.subarray(headerEnd);
  if (payload.length > 0 && type !== FRAME.batch)
    throw abiViolation(`A ${name} frame has a payload of ${payload.length} bytes; only batches have one.`, {
      details: { type },
    });
  // The schema of `name` has just accepted the header, which the compiler cannot connect with `type`.
  return { type, header, payload } as Frame;
}

function decodeHeader(name: FrameName, bytes: Uint8Array): unknown {
  let header: unknown;
  try {
    header = JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw abiViolation(`The header of a ${name} frame is not JSON: ${shown(bytes)}`, {
      details: { type: FRAME[name] },
      cause,
    });
  }
  const checked = FRAME_HEADER_SCHEMAS[name].safeParse(header);
  if (!checked.success)
    throw abiViolation(
      `The header of a ${name} frame has the wrong shape: ${z.prettifyError(checked.error)}`,
      { details: { type: FRAME[name] } },
    );
  // What was sent, rather than what the schema keeps of it: later versions may add members.
  return header;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The start of some bytes as text, for messages. */
function shown(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, 60));
  return JSON.stringify(bytes.length > 60 ? `${text}…` : text);
}

function listTypes(): string {
  return Object.entries(FRAME)
    .map(([name, type]) => `${type} ${name}`)
    .join(", ");
}
