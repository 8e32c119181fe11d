import { dirname } from "node:path";
import { type ArrowBatch, type Connection, DuckDb } from "@dativo/columnar";
import {
  type ColumnBatch,
  DativoError,
  isDativoError,
  type RelationBatch,
  type TableSchema,
  type WriteMode,
} from "@dativo/sdk";
import { type AttachedFile, attachFile } from "../duckdb/database-file.js";
import { makeFolder, targetError } from "../files-writer/durable-files.js";
import { FileLayout } from "../files-writer/file-layout.js";
import { filesTargetOptionsSchema } from "../files-writer/files-options.js";
import { FilesTarget } from "../files-writer/files-target.js";
import type { StagedFile } from "../files-writer/staged-file.js";
import { commitOnce } from "./commit-statements.js";
import { withOrdinal } from "./ordinal-column.js";
import { type TableNames, tableNames } from "./table-names.js";
import { missingFields, tableFields } from "./table-schema.js";

/** Where and how an object is written. */
export interface DuckDbTargetSettings {
  /** Absolute path of the database file. */
  readonly path: string;
  readonly schema: string;
  readonly object: string;
  readonly runId: string;
  readonly mode: WriteMode;
  /** Columns that identify a record for `merge`; those of the records' schema when nothing is said. */
  readonly key: readonly string[] | undefined;
  readonly bufferMb: number;
}

/** The table of one object: records are staged as Parquet files beside the database and brought in by one transaction. */
export class DuckDbTarget {
  private batches = 0;
  private checked: TableSchema | undefined;

  private constructor(
    readonly layout: FileLayout,
    private readonly settings: DuckDbTargetSettings,
    private readonly file: AttachedFile,
    private readonly connection: Connection,
    private readonly names: TableNames,
    private readonly staging: FilesTarget,
  ) {}

  static async open(settings: DuckDbTargetSettings): Promise<DuckDbTarget> {
    const { path, schema, object, runId, bufferMb } = settings;
    await makeFolder(dirname(path)).catch((error: unknown) => Promise.reject(targetError(path, error)));
    const file = await attachFile("/", path, "target");
    const layout = new FileLayout(dirname(path), object, runId, `${path}.dativo-staging`);
    const staging = new FilesTarget(layout, {
      format: "parquet",
      options: filesTargetOptionsSchema.parse({ buffer_mb: bufferMb }),
      partitioning: [],
      targetBytes: 1_000_000_000,
      replaces: false,
    });
    const names = tableNames(file.alias, schema, object);
    return new DuckDbTarget(layout, settings, file, (await DuckDb.shared()).connect(), names, staging);
  }

  async write(
    data: ArrowBatch | RelationBatch,
    fileCounter: number,
    signal: AbortSignal,
  ): Promise<StagedFile[]> {
    this.keyOf(data.schema);
    await this.checkSchema(data.schema);
    this.batches += 1;
    return this.staging.write(
      this.settings.mode === "merge" ? withOrdinal(inOwnMemory(data), this.batches) : data,
      fileCounter,
      signal,
    );
  }

  flush(signal: AbortSignal): Promise<StagedFile[]> {
    return this.staging.flush(signal);
  }

  async commit(
    staged: readonly string[],
    request: { readonly token: string; readonly final: boolean; readonly schema: TableSchema },
  ): Promise<void> {
    const { mode, runId, path } = this.settings;
    const key = this.keyOf(request.schema);
    try {
      await commitOnce(this.connection, this.names, { ...request, mode, key, runId, files: staged });
    } catch (error) {
      throw commitError(path, this.names.object, error);
    }
    await this.staging.abort(staged);
  }

  abort(staged: readonly string[] | "run"): Promise<void> {
    return this.staging.abort(staged);
  }

  /** Moves the write-ahead log into the file, and gives the file up. */
  async close(): Promise<void> {
    await this.staging.close();
    // Another writer of the same file may still be in a transaction; the last one to close does it.
    await this.connection.run(`CHECKPOINT ${this.file.alias}`).catch(() => undefined);
    await this.connection.close();
    await this.file.detach();
  }

  private keyOf(schema: TableSchema): readonly string[] {
    const { mode, key = schema.key ?? [], object } = this.settings;
    if (mode !== "merge") return [];
    const unknown = key.filter((name) => !schema.fields.some((field) => field.name === name));
    if (key.length > 0 && (unknown.length === 0 || schema.fields.length === 0)) return key;
    throw new DativoError({
      code: "CONFIGURATION_ERROR",
      message:
        key.length === 0
          ? `target.mode: merge needs to know which columns identify a record of ${object}.`
          : `target.key names ${unknown.join(", ")}, which the records of ${object} do not have.`,
      hint: "Name columns of the records in target.key, or in the key of the asset's schema.",
    });
  }

  /** Finds out before anything is staged that the table cannot hold the records. */
  private async checkSchema(schema: TableSchema): Promise<void> {
    if (this.checked === schema || this.settings.mode === "replace") return;
    const existing = await tableFields(this.connection, this.names.table);
    if (existing !== undefined) missingFields(this.names.object, existing, schema);
    this.checked = schema;
  }
}

/** A column can only be added to columns of our own. */
function inOwnMemory(data: ArrowBatch | RelationBatch): ColumnBatch | RelationBatch {
  return data.form === "native" ? data.columns() : data;
}

function commitError(path: string, object: string, error: unknown): unknown {
  if (!isDativoError(error)) return error;
  if (error.code === "TARGET_FULL" || error.code === "TARGET_UNWRITABLE") return targetError(path, error);
  if (error.code !== "DUCKDB_ERROR") return error;
  const conflict = /^(?:Conversion|Constraint) Error/.test(error.message);
  return new DativoError({
    code: conflict ? "TARGET_SCHEMA_CONFLICT" : "COMMIT_FAILED",
    message: `The records of ${object} could not be brought into ${path}: ${error.message}`,
    ...(conflict ? {} : { retryable: !/^(?:Binder|Catalog|Parser) Error/.test(error.message) }),
    cause: error,
  });
}
