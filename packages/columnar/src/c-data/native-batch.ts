import type { ColumnBatch, FieldType, NativeBatch, TableSchema } from "@dativo/protocol";
import type { ArrowField } from "../arrow/arrow-field.js";
import { bitsOf } from "../arrow/buffers.js";
import { arrowFieldOf, childFields } from "../arrow/export-schema.js";
import { countBits } from "../columns/bits.js";
import { Holds } from "../native/holds.js";
import { copyFromPointer, type Pointer } from "../native/memory.js";
import { ARROW_ARRAY } from "./layout.js";
import { readWords } from "./read-array.js";
import { callRelease } from "./release.js";

/** Says whether Arrow fields have exactly the layout in which we describe the same columns, so that nothing is converted. */
export function isOwnLayout(schema: TableSchema, fields: readonly ArrowField[]): boolean {
  return schema.fields.every((field, index) => sameLayout(arrowFieldOf(field), fields[index]));
}

function sameLayout(own: ArrowField, other: ArrowField | undefined): boolean {
  return (
    other !== undefined &&
    other.format === own.format &&
    other.dictionary === undefined &&
    own.children.every((child, index) => sameLayout(child, other.children[index]))
  );
}

/** What a native batch is made of. */
export interface NativeBatchParts {
  readonly schema: TableSchema;
  /** The `ArrowArray`, which was moved here: its release function is called once, when nobody holds it any more. */
  readonly array: BigUint64Array;
  /** Copies the array without releasing it. */
  readonly copy: (array: BigUint64Array) => ColumnBatch;
  /** Called when the array was released. */
  readonly onReleased: () => void;
}

/** Makes a batch of a native array, or returns undefined when it is cut in a way that takes a copy to undo. */
export function nativeBatch(parts: NativeBatchParts): NativeBatch | undefined {
  const { array, schema } = parts;
  if (array[ARROW_ARRAY.offset] !== 0n || Number(array[ARROW_ARRAY.n_children]) !== schema.fields.length)
    return undefined;
  return new HeldBatch(parts);
}

class HeldBatch implements NativeBatch {
  readonly form = "native";
  readonly isShareable = true;
  readonly schema: TableSchema;
  readonly recordCount: number;
  readonly nullCounts: readonly number[];
  readonly byteSize: number;
  private copied: ColumnBatch | undefined;
  private readonly holds: Holds;

  constructor(private readonly parts: NativeBatchParts) {
    const { schema, array } = parts;
    this.schema = schema;
    this.recordCount = Number(array[ARROW_ARRAY.length]);
    const children = readWords(array[ARROW_ARRAY.children] as Pointer, schema.fields.length);
    const columns = schema.fields.map(({ type }, index) =>
      measure(type, children[index] as Pointer, this.recordCount),
    );
    this.nullCounts = columns.map(({ nullCount }) => nullCount);
    this.byteSize = columns.reduce((sum, { bytes }) => sum + bytes, 0);
    this.holds = new Holds("A batch of native memory", () => {
      callRelease(array[ARROW_ARRAY.release] as Pointer, array);
      parts.onReleased();
    });
  }

  array(): BigUint64Array {
    this.holds.assertHeld();
    return this.parts.array;
  }

  columns(): ColumnBatch {
    if (this.copied === undefined) {
      this.holds.assertHeld();
      this.copied = this.parts.copy(this.parts.array);
    }
    return this.copied;
  }

  retain(): () => void {
    return this.holds.retain();
  }

  release(): void {
    this.holds.release();
  }
}

/** Bits of a value of the types whose values all have the same size. */
const BITS: Partial<Record<FieldType["kind"], number>> = {
  boolean: 1,
  date: 32,
  integer: 64,
  number: 64,
  timestamp: 64,
  decimal: 128,
};

/** Nulls and bytes of a native column, from its lengths alone where they tell. */
function measure(type: FieldType, pointer: Pointer, length: number): { nullCount: number; bytes: number } {
  const words = readWords(pointer, ARROW_ARRAY.words);
  const offset = Number(words[ARROW_ARRAY.offset]);
  const buffers = readWords(words[ARROW_ARRAY.buffers] as Pointer, Number(words[ARROW_ARRAY.n_buffers]));
  const validity = buffers[0] ?? 0n;
  const counted = Number(BigInt.asIntN(64, words[ARROW_ARRAY.null_count] as bigint));
  const whole = Number(words[ARROW_ARRAY.length]) === length;
  const nullCount =
    validity === 0n || counted === 0
      ? 0
      : counted > 0 && whole
        ? counted
        : countNulls(validity, offset, length);
  const validityBytes = validity === 0n ? 0 : (length + 7) >> 3;
  return { nullCount, bytes: validityBytes + valueBytes(type, words, buffers, offset, length) };
}

function valueBytes(
  type: FieldType,
  words: BigUint64Array,
  buffers: BigUint64Array,
  offset: number,
  length: number,
): number {
  const bits = BITS[type.kind];
  if (bits !== undefined) return Math.ceil((length * bits) / 8);
  const children = readWords(words[ARROW_ARRAY.children] as Pointer, Number(words[ARROW_ARRAY.n_children]));
  const nested = childFields(type).map((field, index) => {
    const child = children[index] as Pointer;
    return measure(field.type, child, Number(readWords(child, ARROW_ARRAY.words)[ARROW_ARRAY.length])).bytes;
  });
  const below = nested.reduce((sum, bytes) => sum + bytes, 0);
  if (type.kind === "struct") return below;
  const offsets = (length + 1) * 4;
  return offsets + (type.kind === "list" ? below : textBytes(buffers[1] ?? 0n, offset, length));
}

function textBytes(offsets: Pointer, offset: number, length: number): number {
  if (offsets === 0n || length === 0) return 0;
  const ends = new Int32Array(2);
  copyFromPointer(ends.subarray(0, 1), offsets + BigInt(offset * 4), 4);
  copyFromPointer(ends.subarray(1, 2), offsets + BigInt((offset + length) * 4), 4);
  return (ends[1] as number) - (ends[0] as number);
}

function countNulls(validity: Pointer, offset: number, length: number): number {
  const bytes = new Uint8Array((offset + length + 7) >> 3);
  copyFromPointer(bytes, validity, bytes.length);
  return length - countBits(bitsOf(bytes, offset, length), length);
}
