import { quoteIdentifier } from "@dativo/columnar";
import type { ColumnBatch, Field, RelationBatch } from "@dativo/sdk";
import { ORDINAL } from "./table-names.js";

const FIELD: Field = { name: ORDINAL, type: { kind: "integer" }, required: true };

/** Records that one batch is taken to have at most. */
const BATCH_STEP = 2 ** 32;

/**
 * Numbers records in the order in which they come, so that the last of several with one key is known.
 *
 * @param sequence number of the batch within its commit
 */
export function withOrdinal(
  data: ColumnBatch | RelationBatch,
  sequence: number,
): ColumnBatch | RelationBatch {
  const start = sequence * BATCH_STEP;
  const schema = { ...data.schema, fields: [...data.schema.fields, FIELD] };
  if (data.form === "relation")
    return {
      ...data,
      schema,
      sql: `SELECT *, ${start} + row_number() OVER () AS ${quoteIdentifier(ORDINAL)} FROM (${data.sql})`,
    };
  const values = new BigInt64Array(data.recordCount);
  for (let index = 0; index < values.length; index += 1) values[index] = BigInt(start + index);
  const column = { length: data.recordCount, nullCount: 0, values };
  return { ...data, schema, columns: [...data.columns, column], byteSize: data.byteSize + values.byteLength };
}
