import type { Column, ColumnBatch } from "@dativo/protocol";
import { ColumnAssembler } from "./column-assembler.js";
import { columnBatch } from "./column-batch.js";
import { columnPiece } from "./concatenate-batches.js";

/**
 * Copies some consecutive records of a batch.
 *
 * @example
 * sliceBatch(batch, 100, 10) // records 100 to 109
 */
export function sliceBatch(batch: ColumnBatch, start: number, count: number): ColumnBatch {
  const columns = batch.schema.fields.map((field, index) => {
    const assembler = new ColumnAssembler(field.type);
    assembler.append(columnPiece(batch.columns[index] as Column), start, count);
    return assembler.finish();
  });
  return columnBatch(batch.schema, count, columns);
}
