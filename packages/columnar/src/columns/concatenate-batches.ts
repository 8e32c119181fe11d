import type { Column, ColumnBatch } from "@dativo/protocol";
import { ColumnAssembler, type ColumnPiece } from "./column-assembler.js";
import { columnBatch } from "./column-batch.js";

/**
 * Joins batches of the same schema into one.
 *
 * @example
 * concatenateBatches([first, second]).recordCount // first.recordCount + second.recordCount
 */
export function concatenateBatches(
  batches: readonly [ColumnBatch, ...ColumnBatch[]] | readonly ColumnBatch[],
): ColumnBatch {
  const [first] = batches;
  if (first === undefined) return columnBatch({ fields: [] }, 0, []);
  if (batches.length === 1) return first;
  const columns = first.schema.fields.map((field, index) => {
    const assembler = new ColumnAssembler(field.type);
    for (const batch of batches) assembler.append(columnPiece(batch.columns[index] as Column));
    return assembler.finish();
  });
  const records = batches.reduce((count, batch) => count + batch.recordCount, 0);
  return columnBatch(first.schema, records, columns);
}

/** Presents a column as a piece that an assembler can append. */
export function columnPiece(source: Column): ColumnPiece {
  return {
    length: source.length,
    offset: 0,
    nullCount: source.nullCount,
    validity: () => source.validity,
    copy(index, start, bytes, target) {
      const buffer = index === 1 && source.offsets !== undefined ? source.offsets : source.values;
      if (buffer === undefined) return;
      target.set(new Uint8Array(buffer.buffer, buffer.byteOffset + start, bytes));
    },
    child: (index) => columnPiece(source.children?.[index] as Column),
  };
}
