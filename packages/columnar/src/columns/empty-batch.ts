import type { ColumnBatch, TableSchema } from "@dativo/protocol";
import { ColumnAssembler } from "./column-assembler.js";
import { columnBatch } from "./column-batch.js";

/** A batch without records. */
export function emptyBatch(schema: TableSchema): ColumnBatch {
  return columnBatch(
    schema,
    0,
    schema.fields.map((field) => new ColumnAssembler(field.type).finish()),
  );
}
