export type {
  BatchData,
  BatchForm,
  Column,
  ColumnBatch,
  JsonBatch,
  NativeBatch,
  RelationBatch,
  Row,
  RowBatch,
  Value,
} from "./batch.js";
export type { AwsExecution, CloudExecution, GcpExecution } from "./cloud-execution.js";
export type { AssetDefinition, SourceConfig, TargetConfig, WriteMode } from "./config.js";
export {
  fieldTypeSchema,
  objectSpecSchema,
  pluginSpecSchema,
  readerPartitionSchema,
  readerPartitionsSchema,
  tableSchemaSchema,
} from "./contract-schemas.js";
export {
  DativoError,
  type DativoErrorInit,
  isDativoError,
  type SerializedError,
  toDativoError,
} from "./error.js";
export { type CatalogueEntry, ERROR_CATALOGUE, type ErrorCode } from "./error-catalogue.js";
export {
  type Field,
  type FieldKind,
  type FieldType,
  MAX_DECIMAL_PRECISION,
  sameFieldType,
  type TableSchema,
} from "./field-type.js";
export { FIELD_TYPE_WORDS, formatFieldType, parseFieldType } from "./field-type-text.js";
export {
  encodeFrame,
  FRAME,
  FRAME_PROTOCOL_VERSION,
  type Frame,
  type FrameHeaders,
  type FrameInput,
  type FrameName,
  type FrameType,
  frameName,
  MAX_FRAME_BYTES,
} from "./frame.js";
export { FrameDecoder } from "./frame-decoder.js";
export type {
  BatchHeader,
  CallHeader,
  CancelHeader,
  CheckpointHeader,
  CreditHeader,
  EndHeader,
  ErrorHeader,
  HelloHeader,
  LogHeader,
  ObjectHeader,
  ResultHeader,
} from "./frame-header.js";
export type { Json, JsonObject } from "./json.js";
export { type JsonRecords, scanJsonRecords } from "./json-records.js";
export { toJsonSafe } from "./json-safe.js";
export { LOG_LEVELS, type LogLevel, type LogRecord } from "./log.js";
export { parseLosslessJson, stringifyLosslessJson } from "./lossless-json.js";
export { editDistance, nearestFirst, nearestName, nearestNames } from "./nearest-name.js";
export { joinPartitionStates, partitionState, splitPartitionStates } from "./partition-state.js";
export {
  type AbortRequest,
  type CommitRequest,
  type ExtractRequest,
  type HostContext,
  type InvocationUsage,
  type ObjectSpec,
  type PartitionParam,
  type PartitionsRequest,
  PLUGIN,
  type Placement,
  type Plugin,
  type PluginExport,
  type PluginReference,
  type PluginRuntime,
  type PluginSpec,
  type ReaderEvent,
  type ReaderInstance,
  type ReaderOpen,
  type ReaderPartition,
  type RunIdentity,
  type TransferOpen,
  type WriteRequest,
  type WriterInstance,
  type WriterOpen,
} from "./plugin.js";
export { parsePluginReference } from "./plugin-reference.js";
export { REDACTED, Redactor } from "./redactor.js";
export {
  type CommitResult,
  type ConnectionTestResult,
  checkStatus,
  commitResultSchema,
  connectionTestResultSchema,
  type DiscoveredColumn,
  type DiscoveredObject,
  type DiscoveryResult,
  discoveredColumnSchema,
  discoveredObjectSchema,
  discoveryResultSchema,
  type FileMetadata,
  fileMetadataSchema,
  NOT_IMPLEMENTED,
  type RejectedRecord,
  rejectedRecordSchema,
  type WriteResult,
  writeResultSchema,
} from "./results.js";
export { decodeRows, encodeRows } from "./row-json.js";
export { keepState, restoreState } from "./state-json.js";
export { JSON_KIND, type JsonColumn, scanUniformRecords } from "./uniform-records.js";
export { assertContractVersion, CONTRACT_VERSION, OLDEST_CONTRACT_VERSION } from "./version.js";
