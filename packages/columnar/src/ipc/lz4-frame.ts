import { DativoError } from "@dativo/protocol";

const MAGIC = 0x184d2204;
const UNCOMPRESSED = 0x8000_0000;
const MAX_BLOCK_BYTES = 4 * 1024 * 1024;

/**
 * Decompresses an LZ4 frame; checksums are not verified.
 *
 * @throws DativoError `SOURCE_UNREADABLE` when the bytes are damaged.
 */
export function decompressLz4Frame(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== MAGIC) throw damaged();
  const flags = bytes[4] as number;
  const hasBlockChecksum = (flags & 0x10) !== 0;
  const hasContentSize = (flags & 0x08) !== 0;
  const size = hasContentSize ? Number(view.getBigUint64(6, true)) : undefined;
  let at = 7 + (hasContentSize ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  const output = new GrowingBytes(size ?? bytes.length * 4);
  for (;;) {
    if (at + 4 > bytes.length) throw damaged();
    const header = view.getUint32(at, true);
    at += 4;
    if (header === 0) break;
    const length = header & 0x7fff_ffff;
    const block = bytes.subarray(at, at + length);
    if (block.length !== length || length > MAX_BLOCK_BYTES) throw damaged();
    if (header >= UNCOMPRESSED) output.append(block);
    else decompressBlock(block, output);
    at += length + (hasBlockChecksum ? 4 : 0);
  }
  const result = output.finish();
  if (size !== undefined && result.length !== size) throw damaged();
  return result;
}

/** A block is a series of literals, each followed by a copy of earlier output. */
function decompressBlock(block: Uint8Array, output: GrowingBytes): void {
  let at = 0;
  const length = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let total = 15;
    for (let byte = 255; byte === 255; at++) {
      if (at >= block.length) throw damaged();
      byte = block[at] as number;
      total += byte;
    }
    return total;
  };
  while (at < block.length) {
    const token = block[at++] as number;
    const literals = length(token >> 4);
    if (at + literals > block.length) throw damaged();
    output.append(block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) return;
    if (at + 2 > block.length) throw damaged();
    const distance = (block[at] as number) | ((block[at + 1] as number) << 8);
    at += 2;
    output.repeat(distance, length(token & 15) + 4);
  }
}

class GrowingBytes {
  private bytes: Uint8Array;
  private used = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  append(part: Uint8Array): void {
    this.reserve(part.length);
    this.bytes.set(part, this.used);
    this.used += part.length;
  }

  /** Copies `count` bytes from `distance` before the end; they may overlap, so byte by byte. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.used) throw damaged();
    this.reserve(count);
    const { bytes } = this;
    for (let left = count; left > 0; left--, this.used++)
      bytes[this.used] = bytes[this.used - distance] as number;
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  private reserve(count: number): void {
    if (this.used + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.used + count, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.used));
    this.bytes = grown;
  }
}

function damaged(): DativoError {
  return new DativoError({
    code: "SOURCE_UNREADABLE",
    message: "An LZ4-compressed Arrow buffer is damaged.",
  });
}
