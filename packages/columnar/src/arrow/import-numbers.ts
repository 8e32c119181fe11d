import type { Column } from "@dativo/protocol";
import { createBitmap } from "../columns/bits.js";
import { column } from "../columns/column-batch.js";
import { wordsOf, writeSafeInteger } from "../values/int64.js";
import type { ArrowData } from "./arrow-field.js";
import { aligned, bitsOf, bufferOf, fixedBytes, int32s, int64s, nullsOf } from "./buffers.js";

type NumberView =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Views of the integer formats, all but `L`; `l` is what a column has already. */
export const INTEGERS: Readonly<Record<string, (bytes: Uint8Array) => NumberView | BigInt64Array>> = {
  c: (bytes) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length),
  C: (bytes) => bytes,
  s: (bytes) => view(bytes, 2, Int16Array),
  S: (bytes) => view(bytes, 2, Uint16Array),
  i: (bytes) => view(bytes, 4, Int32Array),
  I: (bytes) => view(bytes, 4, Uint32Array),
  l: int64s,
};

/** Views of the floating point formats. */
export const FLOATS: Readonly<Record<string, (bytes: Uint8Array) => NumberView>> = {
  e: halfFloats,
  f: (bytes) => view(bytes, 4, Float32Array),
  g: (bytes) => view(bytes, 8, Float64Array),
};

const WIDTHS: Readonly<Record<string, number>> = {
  c: 1,
  C: 1,
  s: 2,
  S: 2,
  i: 4,
  I: 4,
  l: 8,
  e: 2,
  f: 4,
  g: 8,
  tdD: 4,
};

function view<T>(
  bytes: Uint8Array,
  width: number,
  type: new (buffer: ArrayBufferLike, offset: number, length: number) => T,
): T {
  const source = aligned(bytes, width);
  return new type(source.buffer, source.byteOffset, source.byteLength / width);
}

/** Converts integers of any width but unsigned 64 bits. */
export function importIntegers(data: ArrowData, format: string): Column {
  const read = INTEGERS[format] as (bytes: Uint8Array) => NumberView | BigInt64Array;
  const source = read(fixedBytes(data, WIDTHS[format] as number));
  if (source instanceof BigInt64Array)
    return column({ length: data.length, ...nullsOf(data), values: source });
  const values = new BigInt64Array(data.length);
  const words = wordsOf(values);
  for (let index = 0; index < data.length; index++) writeSafeInteger(words, index, source[index] as number);
  return column({ length: data.length, ...nullsOf(data), values });
}

/** Converts floating point numbers of any width, and takes days (`tdD`) as they are. */
export function importFloats(data: ArrowData, format: string): Column {
  const bytes = fixedBytes(data, WIDTHS[format] as number);
  if (format === "tdD") return column({ length: data.length, ...nullsOf(data), values: int32s(bytes) });
  const read = FLOATS[format] as (bytes: Uint8Array) => NumberView;
  const source = read(bytes);
  const values = source instanceof Float64Array ? source : Float64Array.from(source);
  return column({ length: data.length, ...nullsOf(data), values });
}

/** Converts unsigned 64-bit integers to decimals. */
export function importUnsigned64(data: ArrowData): Column {
  const source = int64s(fixedBytes(data, 8));
  const values = new BigInt64Array(data.length * 2);
  for (let index = 0; index < data.length; index++) values[index * 2] = source[index] as bigint;
  return column({ length: data.length, ...nullsOf(data), values: new Uint8Array(values.buffer) });
}

/** Converts decimals of 4, 8, 16 or 32 bytes to 16; 38 digits always fit. */
export function importDecimal(data: ArrowData, width: number): Column {
  const bytes = fixedBytes(data, width);
  if (width === 16) return column({ length: data.length, ...nullsOf(data), values: aligned(bytes, 8) });
  const values = new Uint8Array(data.length * 16);
  for (let index = 0; index < data.length; index++) {
    const source = bytes.subarray(index * width, index * width + Math.min(width, 16));
    values.set(source, index * 16);
    const negative = width < 16 && ((source[width - 1] as number) & 0x80) !== 0;
    if (negative) values.fill(0xff, index * 16 + width, index * 16 + 16);
  }
  return column({ length: data.length, ...nullsOf(data), values });
}

/** Takes booleans. */
export function importBits(data: ArrowData): Column {
  return column({
    length: data.length,
    ...nullsOf(data),
    values: bitsOf(bufferOf(data, 0), data.offset, data.length),
  });
}

/** A text column of nothing but nulls. */
export function importNothing(data: ArrowData): Column {
  const { length } = data;
  return column({
    length,
    nullCount: length,
    validity: createBitmap(length).subarray(0, (length + 7) >> 3),
    offsets: new Int32Array(length + 1),
    values: new Uint8Array(0),
  });
}

function halfFloats(bytes: Uint8Array): Float64Array {
  const halves = view(bytes, 2, Uint16Array);
  return Float64Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
