import type { ArrowData, ArrowField } from "../arrow/arrow-field.js";
import { int32s, int64s } from "../arrow/buffers.js";
import { copyFromPointer, type Pointer } from "../native/memory.js";
import { ARROW_ARRAY } from "./layout.js";

/** Copies a native array, with everything below it, into memory of its own. */
export function readArray(field: ArrowField, source: Pointer | BigUint64Array): ArrowData {
  const words = typeof source === "bigint" ? readWords(source, ARROW_ARRAY.words) : source;
  const length = Number(words[ARROW_ARRAY.length]);
  const offset = Number(words[ARROW_ARRAY.offset]);
  const end = offset + length;
  const buffers = readWords(words[ARROW_ARRAY.buffers] as Pointer, Number(words[ARROW_ARRAY.n_buffers]));
  const children = readWords(words[ARROW_ARRAY.children] as Pointer, Number(words[ARROW_ARRAY.n_children]));
  const dictionary = words[ARROW_ARRAY.dictionary] as Pointer;
  return {
    length,
    offset,
    // Zero nulls are certain; any other count, -1 for unknown among them, is worth looking at the bits.
    validity: words[ARROW_ARRAY.null_count] === 0n ? undefined : readBytes(buffers[0], (end + 7) >> 3),
    buffers: readBuffers(field.format, buffers, end),
    children: Array.from(children, (pointer, index) =>
      readArray(field.children[index] as ArrowField, pointer),
    ),
    dictionary:
      field.dictionary === undefined || dictionary === 0n
        ? undefined
        : [readArray(field.dictionary, dictionary)],
  };
}

/** Bits of one value of the formats whose values all have the same size. */
const FIXED_BITS: Readonly<Record<string, number>> = {
  b: 1,
  c: 8,
  C: 8,
  s: 16,
  S: 16,
  i: 32,
  I: 32,
  l: 64,
  L: 64,
  e: 16,
  f: 32,
  g: 64,
  tdD: 32,
  tdm: 64,
  tts: 32,
  ttm: 32,
  ttu: 64,
  ttn: 64,
  tDs: 64,
  tDm: 64,
  tDu: 64,
  tDn: 64,
};

function readBuffers(format: string, pointers: BigUint64Array, end: number): (Uint8Array | undefined)[] {
  const bits = FIXED_BITS[format] ?? parameterisedBits(format);
  if (bits !== undefined) return [readBytes(pointers[1], Math.ceil((end * bits) / 8))];
  switch (format) {
    case "u":
    case "z":
    case "+l":
    case "+m": {
      const offsets = readBytes(pointers[1], (end + 1) * 4);
      const last = offsets === undefined ? 0 : (int32s(offsets)[end] as number);
      return [offsets, readBytes(pointers[2], last)];
    }
    case "U":
    case "Z":
    case "+L": {
      const offsets = readBytes(pointers[1], (end + 1) * 8);
      const last = offsets === undefined ? 0 : Number(int64s(offsets)[end]);
      return [offsets, readBytes(pointers[2], last)];
    }
    case "vu":
    case "vz":
      return readViews(pointers, end);
    default:
      return [];
  }
}

/** Views are followed by the buffers they refer to and, last, by the sizes of those. */
function readViews(pointers: BigUint64Array, end: number): (Uint8Array | undefined)[] {
  const count = Math.max(0, pointers.length - 3);
  const sizes = readWords(pointers[pointers.length - 1] as Pointer, count);
  const buffers = Array.from({ length: count }, (_, index) =>
    readBytes(pointers[index + 2], Number(sizes[index])),
  );
  return [readBytes(pointers[1], end * 16), ...buffers];
}

function parameterisedBits(format: string): number | undefined {
  if (format.startsWith("ts")) return 64;
  if (format.startsWith("w:")) return Number(format.slice(2)) * 8;
  if (format.startsWith("d:")) return Number(format.split(",")[2] ?? 128);
  return undefined;
}

function readBytes(pointer: Pointer | undefined, bytes: number): Uint8Array | undefined {
  if (pointer === undefined || pointer === 0n) return undefined;
  const target = new Uint8Array(new ArrayBuffer(bytes));
  copyFromPointer(target, pointer, bytes);
  return target;
}

/** Copies `count` 64-bit words from native memory. */
export function readWords(pointer: Pointer, count: number): BigUint64Array {
  const words = new BigUint64Array(count);
  if (pointer !== 0n) copyFromPointer(words, pointer, count * 8);
  return words;
}
