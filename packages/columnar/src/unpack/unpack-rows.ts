import type { Column, ColumnBatch, Row, TableSchema } from "@dativo/protocol";
import { compileRowBuilder, type RowBuilder } from "./row-builder.js";
import { type ColumnUnpacker, compileColumnUnpacker } from "./unpack-column.js";

interface RowUnpacker {
  readonly columns: readonly ColumnUnpacker[];
  readonly build: RowBuilder;
}

const compiled = new WeakMap<TableSchema, RowUnpacker>();

/**
 * Turns a batch into rows.
 *
 * Integers are numbers where that is exact and bigints beyond; decimals are text with as many digits as the
 * type's scale; timestamps and dates are ISO 8601 text; JSON values are parsed; nulls are null.
 *
 * @example
 * unpackRows(batch) // [{ id: 1, at: "2026-01-04T10:00:00Z" }]
 */
export function unpackRows(batch: ColumnBatch): Row[] {
  let unpacker = compiled.get(batch.schema);
  if (unpacker === undefined) {
    const { fields } = batch.schema;
    unpacker = {
      columns: fields.map((field) => compileColumnUnpacker(field.type)),
      build: compileRowBuilder(fields.map((field) => field.name)),
    };
    compiled.set(batch.schema, unpacker);
  }
  const columns = unpacker.columns.map((unpack, index) => unpack(batch.columns[index] as Column));
  return unpacker.build(columns, batch.recordCount);
}
