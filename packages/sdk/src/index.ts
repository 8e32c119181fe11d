export {
  type AssetDefinition,
  type BatchData,
  type BatchForm,
  type Column,
  type ColumnBatch,
  DativoError,
  type DativoErrorInit,
  type Field,
  type FieldType,
  isDativoError,
  type Json,
  type JsonBatch,
  type JsonObject,
  type RelationBatch,
  type Row,
  type RowBatch,
  type RunIdentity,
  type SourceConfig,
  type TableSchema,
  type TargetConfig,
  type WriteMode,
} from "@dativo/protocol";
export { BaseReader, type ReaderClass } from "./class-form/base-reader.js";
export { type AbortScope, BaseWriter, type WriterClass } from "./class-form/base-writer.js";
export { type Checkpoint, checkpoint, type Extracted, type ExtractedPage } from "./class-form/extracted.js";
export { IncrementalState } from "./class-form/incremental-state.js";
export type { ConfigOf, ConfigParts } from "./config/config-parts.js";
export { isSecret, Secret, secret } from "./config/secret.js";
export type { CursorKind, CursorValue } from "./cursor/cursor-kind.js";
export type { CursorSettings } from "./cursor/cursor-options.js";
export {
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  type ErrorOptions,
  PluginError,
  RateLimitError,
  TransientError,
  ValidationError,
} from "./errors.js";
export type { PluginServices } from "./host/plugin-services.js";
export type { Http, HttpDefaults, HttpInit, HttpResponse, QueryValue, RetryPolicy } from "./http/http.js";
export type { FromPage, NextPage, PageRequest, ReceivedPage } from "./http/page-options.js";
export { createSourceConfig, createTargetConfig } from "./job-sides.js";
export type { Logger, LogMethod } from "./log/logger.js";
export type { Partition, PartitionTools, RangeBounds, ReadPartition } from "./partitions/partition.js";
export { type DefinedObject, defineObject } from "./reader/define-object.js";
export {
  type DefinedReaderPlugin,
  defineReader,
  type InferConfig,
  type InferRow,
} from "./reader/define-reader.js";
export type {
  ColumnOf,
  DynamicObject,
  ObjectDefinitions,
  OpenReaderContext,
  PartitionsContext,
  PositionOf,
  ReadContext,
  ReaderContext,
  ReaderDefinition,
  RowOf,
  SinceOf,
} from "./reader/reader-definition.js";
export {
  batch,
  type DataBatch,
  type Page,
  type PositionMark,
  page,
  position,
  type Yielded,
} from "./reader/yielded.js";
export type {
  CommitResult,
  ConnectionTestResult,
  DiscoveredColumn,
  DiscoveredObject,
  DiscoveryResult,
  FileMetadata,
  RejectedRecord,
  WriteResult,
} from "./results/author-results.js";
export { binary, decimal, integer, json, timestamp } from "./schema/column-types.js";
export { tableSchemaOf } from "./schema/table-schema.js";
export { type DefinedWriterPlugin, defineWriter } from "./writer/define-writer.js";
export type {
  AbortContext,
  CommitContext,
  FlushContext,
  OpenWriterContext,
  WriteContext,
  WriterBatch,
  WriterContext,
  WriterDefinition,
} from "./writer/writer-definition.js";
