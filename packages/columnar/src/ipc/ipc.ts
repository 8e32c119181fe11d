import type { ColumnBatch, TableSchema } from "@dativo/protocol";
import { DativoError, isDativoError } from "@dativo/protocol";
import type { Data, RecordBatch, Schema } from "apache-arrow";
import { importSchema, type SchemaImport } from "../arrow/import-schema.js";
import { concatenateBatches } from "../columns/concatenate-batches.js";
import { emptyBatch } from "../columns/empty-batch.js";
import { loadArrow } from "./arrow-library.js";
import { arrowData, arrowFields } from "./from-arrow.js";
import { recordBatch, schemaToArrow } from "./to-arrow.js";

/**
 * The table schema of an apache-arrow schema.
 *
 * @throws DativoError `TYPE_UNSUPPORTED` for types without a counterpart.
 */
export function schemaFromArrow(schema: Schema): TableSchema {
  return importArrowJsSchema(schema).schema;
}

/** Prepares the conversion of record batches of a schema. */
export function importArrowJsSchema(schema: Schema): SchemaImport {
  return importSchema(arrowFields(schema), schema.metadata);
}

/** Converts one record batch; buffers that have the right layout are shared, not copied. */
export function importRecordBatch(prepared: SchemaImport, batch: RecordBatch): ColumnBatch {
  return prepared.convert((batch.data.children as Data[]).map(arrowData), batch.numRows);
}

const schemas = new WeakMap<TableSchema, Schema>();

/**
 * Writes a batch as an Arrow IPC stream with one record batch.
 *
 * @example
 * const bytes = toIpc(batch);
 */
export function toIpc(batch: ColumnBatch): Uint8Array {
  const { RecordBatchStreamWriter } = loadArrow();
  let schema = schemas.get(batch.schema);
  if (schema === undefined) {
    schema = schemaToArrow(batch.schema);
    schemas.set(batch.schema, schema);
  }
  return RecordBatchStreamWriter.writeAll([recordBatch(batch, schema)]).toUint8Array(true);
}

/**
 * Reads an Arrow IPC stream, or file, from any producer; several record batches become one batch.
 *
 * The batch shares memory with `bytes` where the layouts agree, so `bytes` must not be changed afterwards.
 *
 * @throws DativoError `SOURCE_UNREADABLE` when the bytes are not Arrow IPC, `TYPE_UNSUPPORTED`, `COERCION_LOSSY`.
 */
export function fromIpc(bytes: Uint8Array): ColumnBatch {
  const { RecordBatchReader } = loadArrow();
  try {
    const reader = RecordBatchReader.from(bytes).open();
    if (reader.schema === undefined) throw unreadable("The bytes hold no Arrow schema.");
    const prepared = importArrowJsSchema(reader.schema);
    const batches = [...reader].map((batch) => importRecordBatch(prepared, batch));
    return batches.length === 0 ? emptyBatch(prepared.schema) : concatenateBatches(batches);
  } catch (error) {
    if (isDativoError(error)) throw error;
    throw unreadable(`The bytes are not an Arrow IPC stream: ${messageOf(error)}`, error);
  }
}

/** The error of Arrow data that cannot be read. */
export function unreadable(message: string, cause?: unknown): DativoError {
  return new DativoError({ code: "SOURCE_UNREADABLE", message, cause });
}

/** Message of anything thrown. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // The library does not look before it reads, so other bytes make it fail in its own code.
  if (error instanceof TypeError || error instanceof RangeError)
    return "it is damaged, cut off, or of another format";
  return /codec not found/.test(message)
    ? "it is compressed with zstd, which needs Node 22.15 or newer"
    : message;
}
