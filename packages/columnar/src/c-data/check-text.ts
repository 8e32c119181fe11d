import { isAscii, isUtf8 } from "node:buffer";
import {
  type Column,
  type ColumnBatch,
  DativoError,
  type FieldType,
  type TableSchema,
} from "@dativo/protocol";
import { childFields } from "../arrow/export-schema.js";
import { readBit } from "../columns/bits.js";
import { copyFromPointer, type Pointer } from "../native/memory.js";
import { ARROW_ARRAY } from "./layout.js";
import { readWords } from "./read-array.js";

/** Texts of a column: `offsets` are places in `bytes`. */
interface Texts {
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
  readonly validity: Uint8Array | undefined;
  /** Position of the first value in `validity`. */
  readonly first: number;
}

/**
 * Checks that every text of a native batch is UTF-8, since nothing that it is passed on to by pointer does.
 *
 * @throws DativoError `ABI_VIOLATION` naming the column
 */
export function checkNativeText(schema: TableSchema, array: BigUint64Array): void {
  const children = readWords(array[ARROW_ARRAY.children] as Pointer, schema.fields.length);
  schema.fields.forEach(({ name, type }, index) => {
    checkNative(type, children[index] as Pointer, name);
  });
}

/** The same for a batch that was copied. */
export function checkText(batch: ColumnBatch): void {
  batch.schema.fields.forEach(({ name, type }, index) => {
    checkColumn(type, batch.columns[index] as Column, name);
  });
}

function isText(type: FieldType): boolean {
  return type.kind === "string" || type.kind === "json";
}

function checkNative(type: FieldType, pointer: Pointer, path: string): void {
  const fields = childFields(type);
  if (!isText(type) && fields.length === 0) return;
  const words = readWords(pointer, ARROW_ARRAY.words);
  if (isText(type)) {
    checkNativeTexts(words, path);
    return;
  }
  const children = readWords(words[ARROW_ARRAY.children] as Pointer, fields.length);
  fields.forEach((field, index) => {
    checkNative(field.type, children[index] as Pointer, `${path}.${field.name}`);
  });
}

/** Memory that is used again for each column. */
let scratch: Uint8Array = Buffer.allocUnsafeSlow(1 << 20);
let scratchOffsets = new Int32Array(new ArrayBuffer(1 << 16));
const end = new Int32Array(new ArrayBuffer(4));

function checkNativeTexts(words: BigUint64Array, path: string): void {
  const length = Number(words[ARROW_ARRAY.length]);
  const first = Number(words[ARROW_ARRAY.offset]);
  const [validityAt = 0n, offsetsAt = 0n, bytesAt = 0n] = readWords(words[ARROW_ARRAY.buffers] as Pointer, 3);
  if (length === 0 || offsetsAt === 0n) return;
  const start = readOffset(offsetsAt, first);
  const size = readOffset(offsetsAt, first + length) - start;
  if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(size);
  copyFromPointer(scratch, bytesAt + BigInt(start), size);
  const bytes = scratch.subarray(0, size);
  // Wherever texts begin, ASCII is UTF-8: most columns are done without a look at their offsets.
  if (isAscii(bytes)) return;
  if (scratchOffsets.length <= length) scratchOffsets = new Int32Array(new ArrayBuffer((length + 1) * 4));
  const offsets = scratchOffsets.subarray(0, length + 1);
  copyFromPointer(offsets, offsetsAt + BigInt(first * 4), offsets.byteLength);
  if (start !== 0) for (let at = 0; at <= length; at += 1) offsets[at] = (offsets[at] as number) - start;
  let validity: Uint8Array | undefined;
  if (validityAt !== 0n) {
    validity = new Uint8Array((first + length + 7) >> 3);
    copyFromPointer(validity, validityAt, validity.length);
  }
  checkTexts({ bytes, offsets, validity, first }, path);
}

function readOffset(offsetsAt: Pointer, index: number): number {
  copyFromPointer(end, offsetsAt + BigInt(index * 4), 4);
  return end[0] as number;
}

function checkColumn(type: FieldType, column: Column, path: string): void {
  if (isText(type)) {
    const { offsets, values, validity } = column;
    if (offsets === undefined || !(values instanceof Uint8Array)) return;
    checkTexts({ bytes: values.subarray(0, offsets[column.length]), offsets, validity, first: 0 }, path);
    return;
  }
  childFields(type).forEach((field, index) => {
    checkColumn(field.type, column.children?.[index] as Column, `${path}.${field.name}`);
  });
}

function checkTexts(texts: Texts, path: string): void {
  const { bytes, offsets, validity, first } = texts;
  if (isAscii(bytes)) return;
  if (isUtf8(bytes) && areCharacterStarts(bytes, offsets)) return;
  // What lies under a null is nobody's business.
  for (let index = 0; index + 1 < offsets.length; index += 1)
    if (
      (validity === undefined || readBit(validity, first + index)) &&
      !isUtf8(bytes.subarray(offsets[index], offsets[index + 1]))
    )
      throw new DativoError({
        code: "ABI_VIOLATION",
        message: `The column ${JSON.stringify(path)} holds a text that is not UTF-8, in record ${index} of its batch.`,
        hint: "Convert what the source says in another encoding, or declare the column as binary.",
        details: { column: path },
      });
}

/** Says whether no offset is inside a character; the last may be the end of the bytes. */
function areCharacterStarts(bytes: Uint8Array, offsets: Int32Array): boolean {
  for (let index = 0; index < offsets.length; index += 1) {
    const offset = offsets[index] as number;
    if (offset < bytes.length && ((bytes[offset] as number) & 0xc0) === 0x80) return false;
  }
  return true;
}
