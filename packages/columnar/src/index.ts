export { type ExportedBatch, exportColumnBatch, exportSchema } from "./c-data/export.js";
export {
  type ColumnBatchImporter,
  importArrowSchema,
  importColumnBatch,
  type NativeStructure,
} from "./c-data/import.js";
export { ARROW_ARRAY, ARROW_SCHEMA } from "./c-data/layout.js";
export { callRelease } from "./c-data/release.js";
export { columnBatch, columnBytes } from "./columns/column-batch.js";
export { concatenateBatches } from "./columns/concatenate-batches.js";
export { emptyBatch } from "./columns/empty-batch.js";
export { equalBatches } from "./columns/equal-batches.js";
export { sliceBatch } from "./columns/slice-batch.js";
export type { AttachOptions } from "./duckdb/attachments.js";
export type { ArrowBatch } from "./duckdb/column-batch-registry.js";
export type { Connection, QueryResult } from "./duckdb/connection.js";
export { DuckDb, type DuckDbOptions } from "./duckdb/duckdb.js";
export { type RelationValidation, relationValidation } from "./duckdb/relation-validation.js";
export { columnType, quoteIdentifier, quoteLiteral } from "./duckdb/sql.js";
export type { Parameter } from "./duckdb/statement.js";
export type { StreamOptions } from "./duckdb/stream.js";
export { inferSchema } from "./infer-schema.js";
export { fromIpc, schemaFromArrow, toIpc } from "./ipc/ipc.js";
export { IpcFileWriter, openIpcFile, readIpcFileSchema } from "./ipc/ipc-file.js";
export { lendColumns } from "./ipc/lent-columns.js";
export { schemaToArrow } from "./ipc/to-arrow.js";
export { loadKoffi } from "./native/koffi.js";
export { addressOf, allocateWords, copyCString, copyFromPointer, type Pointer } from "./native/memory.js";
export { noOperation } from "./native/no-operation.js";
export { COERCIONS, type Coercion, type CoercionCount, type CoercionId } from "./pack/coercions.js";
export { packJsonColumns } from "./pack/json-columns.js";
export {
  compilePacker,
  type Packer,
  type PackOptions,
  type PackResult,
  type UnknownFields,
} from "./pack/packer.js";
export type { Rejection, RejectionReason } from "./pack/rejection.js";
export { unpackRows } from "./unpack/unpack-rows.js";
