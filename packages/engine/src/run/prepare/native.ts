import { unpackRows } from "@dativo/columnar";
import type { BatchForm, NativeBatch, TableSchema } from "@dativo/protocol";
import { prepareColumns } from "./columns.js";
import { type ObjectSchema, sameColumns } from "./object-schema.js";
import { once } from "./once.js";
import type { BatchOrigin, Prepared } from "./prepared.js";

/**
 * Makes a batch of native memory ready for the writer. Equal schemas and counts of nulls say that nothing has to be
 * looked at; otherwise, or when the writer takes no pointers, the columns are copied and go their way.
 */
export function* prepareNative(
  batch: NativeBatch,
  schema: ObjectSchema,
  to: BatchForm,
  origin: BatchOrigin,
): Generator<Prepared, void> {
  if (to !== "native" || !fits(batch, schema)) {
    const columns = batch.columns();
    batch.release();
    yield* prepareColumns(columns, schema, to === "native" ? "arrow" : to, origin);
    return;
  }
  const records = batch.recordCount;
  if (records === 0) {
    batch.release();
    return;
  }
  const rows = once(() => unpackRows(batch.columns()));
  yield {
    kind: "ready",
    origin,
    data: batch,
    schema: schema.orEmpty,
    records,
    count: async () => records,
    bytes: batch.byteSize,
    droppedFields: {},
    coercions: {},
    source: (index) => ({ index, record: rows()[index] }),
  };
}

/** Whether the batch has exactly the columns of the schema, and no null where a value is required. */
function fits(batch: NativeBatch, schema: ObjectSchema): boolean {
  const { current } = schema;
  if (current === undefined || current.fields.length === 0) {
    if (schema.declared) return batch.schema.fields.length === 0;
    schema.adopt(batch.schema);
    return true;
  }
  return sameColumns(batch.schema, current) && hasRequired(batch, current);
}

function hasRequired(batch: NativeBatch, schema: TableSchema): boolean {
  return schema.fields.every((field, index) => field.required !== true || batch.nullCounts[index] === 0);
}
