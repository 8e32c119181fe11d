import { isUtf8 } from "node:buffer";
import { allocateWords, copyFromPointer, type Pointer } from "@dativo/columnar";
import { noteReleased, noteTaken } from "../call/ledger.js";
import { nativeFault } from "../call/native-calls.js";
import type { V2Table } from "./v2-table.js";

const decoder = new TextDecoder();

/** Words of a `DativoBuffer`: data, size, capacity. */
export const BUFFER_WORDS = 3;

/** A `DativoBuffer` for a plugin to fill. */
export function emptyBuffer(): BigUint64Array {
  return allocateWords(BUFFER_WORDS);
}

/** Copies the bytes that a plugin put into a buffer, and gives them back. */
export function takeBytes(buffer: BigUint64Array, { freeBuffer }: Pick<V2Table, "freeBuffer">): Uint8Array {
  const data = buffer[0] as Pointer;
  if (data === 0n) return new Uint8Array(0);
  noteTaken("buffers");
  const bytes = Buffer.allocUnsafeSlow(Number(buffer[1]));
  copyFromPointer(bytes, data, bytes.length);
  freeBuffer(buffer);
  noteReleased("buffers");
  return bytes;
}

/**
 * Parses JSON that a plugin answered.
 *
 * @throws DativoError `ABI_VIOLATION` when it is none
 */
export function parseAnswer(
  call: string,
  bytes: Uint8Array,
  parse: (text: string) => unknown = JSON.parse,
): unknown {
  if (!isUtf8(bytes)) throw nativeFault(call, "answered with bytes that are not UTF-8");
  try {
    return parse(decoder.decode(bytes));
  } catch (cause) {
    throw nativeFault(call, `answered with something that is not JSON: ${(cause as Error).message}`);
  }
}
