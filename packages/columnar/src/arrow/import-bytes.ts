import { type Column, DativoError } from "@dativo/protocol";
import { column } from "../columns/column-batch.js";
import type { ArrowData } from "./arrow-field.js";
import { bufferOf, fixedBytes, int32s, nullsOf, offsetsOf } from "./buffers.js";

const MAX_BYTES = 0x7fff_ffff;
/** Bytes up to which a view holds its value itself. */
const INLINE_BYTES = 12;

/** Takes texts or byte strings with 32- or 64-bit offsets. */
export function importBytes(data: ArrowData, wide: boolean): Column {
  const offsets = narrowed(offsetsOf(data, wide));
  return column({ length: data.length, ...nullsOf(data), offsets, values: bufferOf(data, 1) });
}

/** Gives byte strings of one width offsets. */
export function importFixedBytes(data: ArrowData, width: number): Column {
  const offsets = Int32Array.from({ length: data.length + 1 }, (_, index) => index * width);
  return column({ length: data.length, ...nullsOf(data), offsets, values: fixedBytes(data, width) });
}

/** Gathers texts or byte strings that are kept as views, some of them elsewhere. */
export function importByteViews(data: ArrowData): Column {
  const views = fixedBytes(data, 16);
  const words = int32s(views);
  const offsets = new Int32Array(data.length + 1);
  const nulls = nullsOf(data);
  let total = 0;
  for (let index = 0; index < data.length; index++) {
    total += words[index * 4] as number;
    if (total > MAX_BYTES) throw tooLarge();
    offsets[index + 1] = total;
  }
  const values = new Uint8Array(total);
  for (let index = 0; index < data.length; index++) {
    const bytes = words[index * 4] as number;
    const start = words[index * 4 + 3] as number;
    const source =
      bytes <= INLINE_BYTES
        ? views.subarray(index * 16 + 4, index * 16 + 4 + bytes)
        : bufferOf(data, 1 + (words[index * 4 + 2] as number)).subarray(start, start + bytes);
    values.set(source, offsets[index]);
  }
  return column({ length: data.length, ...nulls, offsets, values });
}

/** Offsets as 32-bit integers. */
export function narrowed(offsets: Int32Array | BigInt64Array): Int32Array {
  if (offsets instanceof Int32Array) return offsets;
  if ((offsets.at(-1) ?? 0n) > BigInt(MAX_BYTES)) throw tooLarge();
  return Int32Array.from(offsets, Number);
}

function tooLarge(): DativoError {
  return new DativoError({
    code: "TYPE_UNSUPPORTED",
    message: "An Arrow batch has a column of more than 2 GiB.",
    hint: "Write smaller record batches where the data is produced.",
  });
}
