import { type Column, DativoError } from "@dativo/protocol";
import { clearBit, createBitmap, createFullBitmap, readBit, setBit } from "../columns/bits.js";
import { ColumnAssembler } from "../columns/column-assembler.js";
import { column } from "../columns/column-batch.js";
import { columnPiece } from "../columns/concatenate-batches.js";
import type { ArrowData, ArrowField } from "./arrow-field.js";
import { fixedBytes, int64s, nullsOf } from "./buffers.js";
import type { ColumnImport, FieldImport } from "./import-field.js";
import { INTEGERS, importIntegers } from "./import-numbers.js";

/** Imports a column of indices into a dictionary, as the values themselves. */
export function importDictionary(field: ArrowField, values: FieldImport): ColumnImport {
  if (values.type.kind === "list" || values.type.kind === "struct")
    throw new DativoError({
      code: "TYPE_UNSUPPORTED",
      message: `The Arrow column ${JSON.stringify(field.name)} is a dictionary of nested values.`,
      hint: "Write the column without a dictionary where the data is produced.",
    });
  return {
    type: values.type,
    convert(data) {
      const assembler = new ColumnAssembler(values.type);
      for (const piece of data.dictionary ?? []) assembler.append(columnPiece(values.convert(piece)));
      return take(assembler.finish(), indicesOf(data, field.format), nullsOf(data).validity);
    },
  };
}

function indicesOf(data: ArrowData, format: string): Int32Array {
  const wide =
    INTEGERS[format] === undefined
      ? int64s(fixedBytes(data, 8))
      : (importIntegers(data, format).values as BigInt64Array);
  return Int32Array.from(wide, Number);
}

/** The values at `indices`; null where `validity` says so or the value itself is null. */
function take(source: Column, indices: Int32Array, validity: Uint8Array | undefined): Column {
  const { length } = indices;
  const bits = createFullBitmap(length).subarray(0, (length + 7) >> 3);
  let nullCount = 0;
  for (let index = 0; index < length; index++) {
    const isNull =
      (validity !== undefined && !readBit(validity, index)) ||
      (source.validity !== undefined && !readBit(source.validity, indices[index] as number));
    if (!isNull) continue;
    clearBit(bits, index);
    indices[index] = -1;
    nullCount += 1;
  }
  return column({ length, nullCount, validity: bits, ...takeValues(source, indices) });
}

function takeValues(source: Column, indices: Int32Array): Pick<Column, "values" | "offsets"> {
  const { values, offsets } = source;
  if (offsets !== undefined) return takeBytes(values as Uint8Array, offsets, indices);
  if (values instanceof BigInt64Array)
    return { values: BigInt64Array.from(indices, (index) => values[index] ?? 0n) };
  if (values instanceof Float64Array)
    return { values: Float64Array.from(indices, (index) => values[index] ?? 0) };
  if (values instanceof Int32Array)
    return { values: Int32Array.from(indices, (index) => values[index] ?? 0) };
  const bytes = values as Uint8Array;
  if (bytes.length === source.length * 16 && source.length > 0) {
    const taken = new Uint8Array(indices.length * 16);
    indices.forEach(
      (index, at) => void (index >= 0 && taken.set(bytes.subarray(index * 16, index * 16 + 16), at * 16)),
    );
    return { values: taken };
  }
  const bits = createBitmap(indices.length).subarray(0, (indices.length + 7) >> 3);
  indices.forEach((index, at) => void (index >= 0 && readBit(bytes, index) && setBit(bits, at)));
  return { values: bits };
}

function takeBytes(
  bytes: Uint8Array,
  offsets: Int32Array,
  indices: Int32Array,
): Required<Pick<Column, "values" | "offsets">> {
  const taken = new Int32Array(indices.length + 1);
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at] as number;
    const size = index < 0 ? 0 : (offsets[index + 1] as number) - (offsets[index] as number);
    taken[at + 1] = (taken[at] as number) + size;
  }
  const values = new Uint8Array(taken[indices.length] as number);
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at] as number;
    if (index >= 0) values.set(bytes.subarray(offsets[index], offsets[index + 1]), taken[at]);
  }
  return { offsets: taken, values };
}
