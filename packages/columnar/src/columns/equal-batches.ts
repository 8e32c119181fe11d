import { type Column, type ColumnBatch, type FieldType, sameFieldType } from "@dativo/protocol";
import { childFields } from "../arrow/export-schema.js";
import { readBit } from "./bits.js";

/**
 * Says whether two batches have the same columns and the same values, whatever their buffers look like behind
 * nulls and at their ends.
 *
 * @example
 * equalBatches(batch, fromIpc(toIpc(batch))) // true
 */
export function equalBatches(left: ColumnBatch, right: ColumnBatch): boolean {
  return (
    left.recordCount === right.recordCount &&
    left.schema.fields.length === right.schema.fields.length &&
    left.schema.fields.every((field, index) => {
      const other = right.schema.fields[index];
      return (
        other !== undefined &&
        field.name === other.name &&
        sameFieldType(field.type, other.type) &&
        equalRanges(
          field.type,
          left.columns[index] as Column,
          0,
          right.columns[index] as Column,
          0,
          left.recordCount,
        )
      );
    })
  );
}

function equalRanges(
  type: FieldType,
  left: Column,
  leftStart: number,
  right: Column,
  rightStart: number,
  count: number,
): boolean {
  for (let index = 0; index < count; index++)
    if (!equalValues(type, left, leftStart + index, right, rightStart + index)) return false;
  return true;
}

function equalValues(type: FieldType, left: Column, at: number, right: Column, other: number): boolean {
  const leftValid = left.validity === undefined || readBit(left.validity, at);
  const rightValid = right.validity === undefined || readBit(right.validity, other);
  if (!leftValid || !rightValid) return leftValid === rightValid;
  switch (type.kind) {
    case "boolean":
      return readBit(left.values as Uint8Array, at) === readBit(right.values as Uint8Array, other);
    case "struct":
      return childFields(type).every((field, index) =>
        equalValues(
          field.type,
          left.children?.[index] as Column,
          at,
          right.children?.[index] as Column,
          other,
        ),
      );
    case "list": {
      const [start, end] = range(left, at);
      const [otherStart, otherEnd] = range(right, other);
      const [items, otherItems] = [left.children?.[0] as Column, right.children?.[0] as Column];
      return (
        end - start === otherEnd - otherStart &&
        equalRanges(type.item, items, start, otherItems, otherStart, end - start)
      );
    }
    case "decimal":
      return equalBytes(left, at * 16, at * 16 + 16, right, other * 16, other * 16 + 16);
    case "string":
    case "json":
    case "binary":
      return equalBytes(left, ...range(left, at), right, ...range(right, other));
    default:
      return Object.is((left.values as Float64Array)[at], (right.values as Float64Array)[other]);
  }
}

function range(column: Column, index: number): [start: number, end: number] {
  const offsets = column.offsets as Int32Array;
  return [offsets[index] as number, offsets[index + 1] as number];
}

function equalBytes(
  left: Column,
  start: number,
  end: number,
  right: Column,
  otherStart: number,
  otherEnd: number,
): boolean {
  const one = (left.values as Uint8Array).subarray(start, end);
  return Buffer.compare(one, (right.values as Uint8Array).subarray(otherStart, otherEnd)) === 0;
}
