import type { ColumnBatch, TableSchema } from "@dativo/protocol";
import { columnBatch } from "../columns/column-batch.js";
import type { ArrowData, ArrowField } from "./arrow-field.js";
import { readSchemaMetadata } from "./export-schema.js";
import { importField } from "./import-field.js";

/** How Arrow batches of one schema become ours. */
export interface SchemaImport {
  readonly schema: TableSchema;
  convert(columns: readonly ArrowData[], recordCount: number): ColumnBatch;
}

/** Prepares the conversion of batches with these fields. */
export function importSchema(
  fields: readonly ArrowField[],
  metadata: ReadonlyMap<string, string>,
): SchemaImport {
  const imports = fields.map(importField);
  const schema: TableSchema = {
    fields: imports.map((found) => found.field),
    ...readSchemaMetadata(metadata),
  };
  return {
    schema,
    convert: (columns, recordCount) =>
      columnBatch(
        schema,
        recordCount,
        imports.map((found, index) => found.convert(columns[index] as ArrowData)),
      ),
  };
}
