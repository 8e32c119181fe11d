import { type Column, DativoError, type FieldType } from "@dativo/protocol";
import { copyBits, createBitmap, readBit, setBits } from "./bits.js";
import { column } from "./column-batch.js";

/** Largest number of bytes that 32-bit offsets can address. */
const MAX_OFFSET = 0x7fff_ffff;

/** Where a column's pieces come from: the buffers of one array, native or not. */
export interface ColumnPiece {
  readonly length: number;
  /** Values skipped at the start of each buffer. */
  readonly offset: number;
  /** -1 when not counted. */
  readonly nullCount: number;
  /** Validity bits, or undefined when nothing is null. */
  validity(): Uint8Array | undefined;
  /** Copies `bytes` bytes of buffer `index` from `start` on to `target`. */
  copy(index: number, start: number, bytes: number, target: Uint8Array): void;
  child(index: number): ColumnPiece;
}

/** Bytes of one value, for the types whose values all have the same width. */
const WIDTHS: Partial<Record<FieldType["kind"], number>> = {
  integer: 8,
  number: 8,
  timestamp: 8,
  date: 4,
  decimal: 16,
};

/**
 * Appends pieces that are already in the layout of `Column` to one growing column.
 *
 * The buffers belong to JavaScript; nothing of a piece is referred to after `append` returns.
 */
export class ColumnAssembler {
  private length = 0;
  private nullCount = 0;
  private validity: Uint8Array<ArrayBuffer> | undefined;
  private bytes = new Uint8Array(0);
  private used = 0;
  /** Sizes that the last column came to; the next one starts with as much room. */
  private lastBytes = 1024;
  private lastLength = 255;
  private offsets = new Int32Array(0);
  private readonly width: number;
  private readonly bits: boolean;
  private readonly variable: boolean;
  private readonly children: readonly ColumnAssembler[];

  constructor(private readonly type: FieldType) {
    this.width = WIDTHS[type.kind] ?? 0;
    this.bits = type.kind === "boolean";
    this.variable = type.kind === "string" || type.kind === "json" || type.kind === "binary";
    this.children =
      type.kind === "list"
        ? [new ColumnAssembler(type.item)]
        : type.kind === "struct"
          ? type.fields.map((field) => new ColumnAssembler(field.type))
          : [];
  }

  /** Bytes held so far. */
  get byteSize(): number {
    let bytes = this.used + (this.validity === undefined ? 0 : this.length >> 3);
    if (this.bits) bytes += this.length >> 3;
    if (this.variable || this.type.kind === "list") bytes += this.length * 4;
    for (const child of this.children) bytes += child.byteSize;
    return bytes;
  }

  /** Appends `count` values of a piece from `start` on. */
  append(piece: ColumnPiece, start = 0, count = piece.length): void {
    if (count === 0) return;
    this.appendValidity(piece, start, count);
    const from = piece.offset + start;
    if (this.width > 0) this.appendBytes(piece, 1, from * this.width, count * this.width);
    else if (this.bits) this.appendBits(piece, from, count);
    else if (this.variable) {
      const [first, last] = this.appendOffsets(piece, from, count, this.used);
      this.appendBytes(piece, 2, first, last - first);
    } else if (this.type.kind === "list") {
      const items = this.children[0] as ColumnAssembler;
      const [first, last] = this.appendOffsets(piece, from, count, items.length);
      items.append(piece.child(0), first, last - first);
    } else this.children.forEach((child, index) => void child.append(piece.child(index), from, count));
    this.length += count;
  }

  /** The column so far; the assembler starts anew. */
  finish(): Column {
    const { length, nullCount, used } = this;
    const finished = column({
      length,
      nullCount,
      validity: this.validity?.subarray(0, createBitmapLength(length)),
      values: this.finishValues(),
      offsets: this.variable || this.type.kind === "list" ? trimOffsets(this.offsets, length) : undefined,
      children:
        this.children.length > 0 || this.type.kind === "struct"
          ? this.children.map((child) => child.finish())
          : undefined,
    });
    this.lastBytes = Math.max(used, 1024);
    this.lastLength = Math.max(length, 255);
    this.length = 0;
    this.nullCount = 0;
    this.validity = undefined;
    this.used = 0;
    this.bytes = new Uint8Array(0);
    this.offsets = new Int32Array(0);
    return finished;
  }

  private finishValues(): Column["values"] {
    const { bytes, used } = this;
    switch (this.type.kind) {
      case "integer":
      case "timestamp":
        return new BigInt64Array(bytes.buffer, 0, used >> 3);
      case "number":
        return new Float64Array(bytes.buffer, 0, used >> 3);
      case "date":
        return new Int32Array(bytes.buffer, 0, used >> 2);
      case "boolean":
        return bytes.subarray(0, createBitmapLength(this.length));
      case "list":
      case "struct":
        return undefined;
      default:
        return bytes.subarray(0, used);
    }
  }

  private appendValidity(piece: ColumnPiece, start: number, count: number): void {
    const source = piece.nullCount === 0 ? undefined : piece.validity();
    const total = this.length + count;
    if (source === undefined) {
      if (this.validity === undefined) return;
      this.validity = growBitmap(this.validity, total);
      setBits(this.validity, this.length, count);
      return;
    }
    let nulls = 0;
    const from = piece.offset + start;
    for (let index = 0; index < count; index++) if (!readBit(source, from + index)) nulls += 1;
    if (nulls === 0 && this.validity === undefined) return;
    if (this.validity === undefined) {
      this.validity = createBitmap(Math.max(total, this.length * 2));
      setBits(this.validity, 0, this.length);
    } else this.validity = growBitmap(this.validity, total);
    if (nulls === 0) setBits(this.validity, this.length, count);
    else copyBits(this.validity, this.length, source, from, count);
    this.nullCount += nulls;
  }

  private appendBytes(piece: ColumnPiece, buffer: number, start: number, bytes: number): void {
    if (bytes === 0) return;
    this.reserve(this.used + bytes);
    piece.copy(buffer, start, bytes, this.bytes.subarray(this.used, this.used + bytes));
    this.used += bytes;
  }

  private appendBits(piece: ColumnPiece, from: number, count: number): void {
    const first = from >> 3;
    const source = new Uint8Array(((from + count + 7) >> 3) - first);
    piece.copy(1, first, source.length, source);
    this.bytes = growBitmap(this.bytes, this.length + count);
    copyBits(this.bytes, this.length, source, from & 7, count);
  }

  /** Appends offsets moved by `base`; returns the first and the last of the source. */
  private appendOffsets(
    piece: ColumnPiece,
    from: number,
    count: number,
    base: number,
  ): [first: number, last: number] {
    const needed = this.length + count + 1;
    if (this.offsets.length < needed) {
      const grown = new Int32Array(
        new ArrayBuffer(Math.max(needed, this.offsets.length * 2, this.lastLength + 1) * 4),
      );
      grown.set(this.offsets);
      this.offsets = grown;
    }
    // The first offset of this piece lands on the last of the previous one, which equals `base`.
    const target = this.offsets.subarray(this.length, needed);
    piece.copy(
      1,
      from * 4,
      target.byteLength,
      new Uint8Array(target.buffer, target.byteOffset, target.byteLength),
    );
    const first = target[0] as number;
    const last = target[count] as number;
    if (base + (last - first) > MAX_OFFSET)
      throw new DativoError({
        code: "INTERNAL",
        message: "A column of a batch holds more than 2 GiB.",
        hint: "Use smaller batches (batch_bytes).",
      });
    const delta = base - first;
    if (delta !== 0)
      for (let index = 0; index <= count; index++) target[index] = (target[index] as number) + delta;
    return [first, last];
  }

  private reserve(bytes: number): void {
    if (this.bytes.length >= bytes) return;
    const grown = new Uint8Array(
      new ArrayBuffer(roundUp8(Math.max(bytes, this.bytes.length * 2, this.lastBytes))),
    );
    grown.set(this.bytes.subarray(0, this.used));
    this.bytes = grown;
  }
}

function roundUp8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function createBitmapLength(bits: number): number {
  return (bits + 7) >> 3;
}

function growBitmap(bitmap: Uint8Array<ArrayBuffer>, bits: number): Uint8Array<ArrayBuffer> {
  if (bitmap.length * 8 >= bits) return bitmap;
  const grown = createBitmap(Math.max(bits, bitmap.length * 16));
  grown.set(bitmap);
  return grown;
}

function trimOffsets(offsets: Int32Array, length: number): Int32Array {
  return offsets.length === 0 ? new Int32Array(length + 1) : offsets.subarray(0, length + 1);
}
