import { unpackRows } from "@dativo/columnar";
import type { BatchForm, Column, ColumnBatch, TableSchema } from "@dativo/protocol";
import { sameFieldType } from "@dativo/protocol";
import { jsonText } from "./json-text.js";
import type { ObjectSchema } from "./object-schema.js";
import { once } from "./once.js";
import type { BatchOrigin, Prepared, Ready } from "./prepared.js";
import { prepareRows } from "./rows.js";

/**
 * Makes a column batch ready for the writer. Columns of the right types pass untouched; rows are only made where a
 * type differs, a required value is missing, or the writer takes nothing else.
 */
export function* prepareColumns(
  batch: ColumnBatch,
  schema: ObjectSchema,
  to: BatchForm,
  origin: BatchOrigin,
): Generator<Prepared, void> {
  const fitting = schema.declared
    ? fitTo(batch, schema.orEmpty, schema.packOptions.unknownFields === "reject")
    : adopt(batch, schema);
  if (fitting === undefined) yield* prepareRows(unpackRows(batch), schema, to, origin, batch.schema);
  else if (batch.recordCount > 0) {
    const rows = once(() => unpackRows(fitting.batch));
    yield {
      kind: "ready",
      origin,
      data: inForm(fitting.batch, to, rows),
      schema: fitting.batch.schema,
      records: batch.recordCount,
      count: async () => batch.recordCount,
      bytes: fitting.batch.byteSize,
      droppedFields: fitting.dropped,
      coercions: {},
      source: (index) => ({ index, record: rows()[index] }),
    };
  }
}

interface Fitting {
  readonly batch: ColumnBatch;
  readonly dropped: Readonly<Record<string, number>>;
}

/** An object that nobody described has the columns its batches have, which a later batch may widen through rows. */
function adopt(batch: ColumnBatch, schema: ObjectSchema): Fitting | undefined {
  const { current } = schema;
  if (current === undefined || current.fields.length === 0) {
    schema.adopt(batch.schema);
    return { batch, dropped: {} };
  }
  return fitTo(batch, current, true);
}

/** The batch with exactly the columns of the schema, or undefined when that takes a look at each value. */
function fitTo(batch: ColumnBatch, schema: TableSchema, refuseUnknown: boolean): Fitting | undefined {
  const at = new Map(batch.schema.fields.map((field, index) => [field.name, index]));
  const columns: Column[] = [];
  for (const field of schema.fields) {
    const index = at.get(field.name);
    const from = index === undefined ? undefined : batch.schema.fields[index];
    const column = index === undefined ? undefined : batch.columns[index];
    if (from === undefined || column === undefined || !sameFieldType(from.type, field.type)) return undefined;
    if (field.required === true && column.nullCount > 0) return undefined;
    columns.push(column);
    at.delete(field.name);
  }
  if (at.size > 0 && refuseUnknown) return undefined;
  const dropped: Record<string, number> = {};
  let droppedBytes = 0;
  for (const [name, index] of at) {
    const column = batch.columns[index];
    if (column === undefined) continue;
    droppedBytes += column.values?.byteLength ?? 0;
    dropped[name] = column.length - column.nullCount;
  }
  const { recordCount } = batch;
  return {
    batch: { form: "arrow", schema, recordCount, columns, byteSize: batch.byteSize - droppedBytes },
    dropped,
  };
}

function inForm(
  batch: ColumnBatch,
  to: BatchForm,
  rows: () => readonly Record<string, unknown>[],
): Ready["data"] {
  if (to === "arrow") return batch;
  return to === "json"
    ? { form: "json", text: jsonText(rows()), recordCount: batch.recordCount }
    : { form: "rows", rows: rows() };
}
