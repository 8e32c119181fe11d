import type { Column } from "@dativo/protocol";
import { copyBits, countBits, createBitmap } from "../columns/bits.js";
import type { ArrowData } from "./arrow-field.js";

const NOTHING = new Uint8Array(0);

/** A buffer of an array, empty when the producer left it out. */
export function bufferOf(data: ArrowData, index: number): Uint8Array {
  return data.buffers[index] ?? NOTHING;
}

/** The bytes of an array's values, for types whose values are `width` bytes each. */
export function fixedBytes(data: ArrowData, width: number, index = 0): Uint8Array {
  return bufferOf(data, index).subarray(data.offset * width, (data.offset + data.length) * width);
}

/** The same bytes, moved when they do not start at a multiple of `width`. */
export function aligned(bytes: Uint8Array, width: number): Uint8Array {
  return bytes.byteOffset % width === 0 ? bytes : bytes.slice();
}

/** Views bytes as 64-bit integers. */
export function int64s(bytes: Uint8Array): BigInt64Array {
  const source = aligned(bytes, 8);
  return new BigInt64Array(source.buffer, source.byteOffset, source.byteLength >> 3);
}

/** Views bytes as 32-bit integers. */
export function int32s(bytes: Uint8Array): Int32Array {
  const source = aligned(bytes, 4);
  return new Int32Array(source.buffer, source.byteOffset, source.byteLength >> 2);
}

/** Validity and count of nulls of an array, moved to start at its first value. */
export function nullsOf(data: ArrowData): Pick<Column, "validity" | "nullCount"> {
  if (data.validity === undefined || data.validity.length === 0) return { nullCount: 0 };
  const validity = bitsOf(data.validity, data.offset, data.length);
  const nullCount = data.length - countBits(validity, data.length);
  return nullCount === 0 ? { nullCount } : { nullCount, validity };
}

/** `length` bits from `offset` on, with the bits behind them clear. */
export function bitsOf(source: Uint8Array, offset: number, length: number): Uint8Array {
  const bits = createBitmap(length);
  copyBits(bits, 0, source, offset, length);
  return bits.subarray(0, (length + 7) >> 3);
}

/** Offsets of an array (the buffer at `index`) as 32-bit integers, whatever their width; one more than values. */
export function offsetsOf(data: ArrowData, wide: boolean, index = 0): Int32Array | BigInt64Array {
  const bytes = bufferOf(data, index);
  if (bytes.length === 0) return new Int32Array(data.length + 1);
  const width = wide ? 8 : 4;
  const used = bytes.subarray(data.offset * width, (data.offset + data.length + 1) * width);
  return wide ? int64s(used) : int32s(used);
}
