import { bitmapBytes } from "../columns/bits.js";
import type { ColumnPiece } from "../columns/column-assembler.js";
import { copyFromPointer, type Pointer } from "../native/memory.js";
import { ARROW_ARRAY } from "./layout.js";
import { readWords } from "./read-array.js";

/** A native Arrow array, read member by member as it is asked for. */
export class NativePiece implements ColumnPiece {
  readonly length: number;
  readonly offset: number;
  readonly nullCount: number;
  private readonly buffers: BigUint64Array;
  private readonly children: BigUint64Array;

  /** Reads the structure at `pointer`, or the one that `words` already holds a copy of. */
  constructor(source: Pointer | BigUint64Array) {
    const words = typeof source === "bigint" ? readWords(source, ARROW_ARRAY.words) : source;
    this.length = Number(words[ARROW_ARRAY.length]);
    this.offset = Number(words[ARROW_ARRAY.offset]);
    this.nullCount = Number(BigInt.asIntN(64, words[ARROW_ARRAY.null_count] as bigint));
    this.buffers = readWords(words[ARROW_ARRAY.buffers] as Pointer, Number(words[ARROW_ARRAY.n_buffers]));
    this.children = readWords(words[ARROW_ARRAY.children] as Pointer, Number(words[ARROW_ARRAY.n_children]));
  }

  validity(): Uint8Array | undefined {
    const pointer = this.buffers[0] ?? 0n;
    if (pointer === 0n) return undefined;
    const bytes = new Uint8Array(bitmapBytes(this.offset + this.length));
    copyFromPointer(bytes, pointer, (this.offset + this.length + 7) >> 3);
    return bytes;
  }

  copy(index: number, start: number, bytes: number, target: Uint8Array): void {
    const pointer = this.buffers[index] ?? 0n;
    // A producer may leave the buffers of an empty array out.
    if (pointer === 0n) target.fill(0, 0, bytes);
    else copyFromPointer(target, pointer + BigInt(start), bytes);
  }

  child(index: number): NativePiece {
    return new NativePiece(this.children[index] ?? 0n);
  }
}
