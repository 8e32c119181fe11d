import { type FileHandle, open } from "node:fs/promises";
import { type ColumnBatch, DativoError, isDativoError, type TableSchema } from "@dativo/protocol";
import type { AsyncByteQueue, RecordBatchFileWriter, RecordBatchReader, Schema } from "apache-arrow";
import { sliceBatch } from "../columns/slice-batch.js";
import { loadArrow } from "./arrow-library.js";
import { importArrowJsSchema, importRecordBatch, messageOf, unreadable } from "./ipc.js";
import { recordBatch, schemaToArrow } from "./to-arrow.js";

/** Bytes above which a record batch is handed over in parts. */
const LARGE_BATCH_BYTES = 8 * 1024 * 1024;
const PART_BYTES = 1024 * 1024;

/**
 * Reads an Arrow file (or a stream kept in a file) of any producer, one record batch at a time; large ones are
 * handed over in parts of about 1 MiB, empty ones not at all.
 *
 * @throws DativoError `SOURCE_UNREADABLE` naming the file, `TYPE_UNSUPPORTED`, `COERCION_LOSSY`, or `INTERRUPTED`.
 * @example
 * for await (const batch of openIpcFile("in.arrow")) use(batch);
 */
export async function* openIpcFile(
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<ColumnBatch, void, undefined> {
  const handle = await openForReading(path);
  try {
    const reader = (await loadArrow().RecordBatchReader.from(handle as never)) as RecordBatchReader;
    await reader.open({ autoDestroy: false });
    if (reader.schema === undefined) throw unreadable(`${path} holds no Arrow schema.`);
    const prepared = importArrowJsSchema(reader.schema);
    for await (const batch of reader) {
      if (signal?.aborted)
        throw new DativoError({
          code: "INTERRUPTED",
          message: `Reading ${path} was interrupted.`,
          cause: signal.reason,
        });
      if (batch.numRows > 0) yield* inParts(importRecordBatch(prepared, batch));
    }
  } catch (error) {
    if (isDativoError(error)) throw error;
    throw unreadable(`${path} cannot be read as an Arrow file: ${messageOf(error)}`, error);
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/**
 * The columns of an Arrow file.
 *
 * @throws DativoError `SOURCE_UNREADABLE` naming the file, or `TYPE_UNSUPPORTED`.
 */
export async function readIpcFileSchema(path: string): Promise<TableSchema> {
  const handle = await openForReading(path);
  try {
    const reader = (await loadArrow().RecordBatchReader.from(handle as never)) as RecordBatchReader;
    await reader.open({ autoDestroy: false });
    return importArrowJsSchema(reader.schema).schema;
  } catch (error) {
    if (isDativoError(error)) throw error;
    throw unreadable(`${path} cannot be read as an Arrow file: ${messageOf(error)}`, error);
  } finally {
    await handle.close().catch(() => undefined);
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (cause) {
    throw unreadable(`${path} cannot be opened: ${(cause as Error).message}`, cause);
  }
}

function* inParts(batch: ColumnBatch): Generator<ColumnBatch> {
  if (batch.byteSize <= LARGE_BATCH_BYTES) {
    yield batch;
    return;
  }
  const rows = Math.max(1, Math.ceil((batch.recordCount * PART_BYTES) / batch.byteSize));
  for (let start = 0; start < batch.recordCount; start += rows)
    yield sliceBatch(batch, start, Math.min(rows, batch.recordCount - start));
}

/**
 * Writes an Arrow file batch by batch.
 *
 * @example
 * const writer = await IpcFileWriter.create("out.arrow", schema);
 * await writer.append(batch);
 * const { bytes, rows } = await writer.finish();
 */
export class IpcFileWriter {
  private readonly pending: Uint8Array[] = [];
  private readonly writer: RecordBatchFileWriter;
  private readonly arrowSchema: Schema;
  private bytes = 0;
  private rows = 0;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    schema: TableSchema,
  ) {
    const { AsyncByteQueue, RecordBatchFileWriter } = loadArrow();
    const { pending } = this;
    // A queue of apache-arrow's own would hold back nobody; this one hands over what it is given at once.
    class Sink extends AsyncByteQueue {
      override write(chunk: Parameters<AsyncByteQueue["write"]>[0]): void {
        const bytes = chunk as Uint8Array;
        if (bytes.byteLength > 0) pending.push(bytes);
      }
    }
    this.arrowSchema = schemaToArrow(schema);
    this.writer = new RecordBatchFileWriter();
    this.writer.reset(new Sink(), this.arrowSchema);
  }

  /**
   * Creates the file; an existing one is replaced.
   *
   * @throws DativoError `TARGET_UNWRITABLE` or `TARGET_FULL`.
   */
  static async create(path: string, schema: TableSchema): Promise<IpcFileWriter> {
    try {
      return new IpcFileWriter(path, await open(path, "w"), schema);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /** Bytes written so far. */
  get byteSize(): number {
    return this.bytes;
  }

  /**
   * Appends a batch and waits until it is written.
   *
   * @throws DativoError `TARGET_UNWRITABLE` or `TARGET_FULL`.
   */
  async append(batch: ColumnBatch): Promise<void> {
    this.writer.write(recordBatch(batch, this.arrowSchema));
    this.rows += batch.recordCount;
    await this.flush();
  }

  /**
   * Completes the file, on disk.
   *
   * @throws DativoError `TARGET_UNWRITABLE` or `TARGET_FULL`.
   */
  async finish(): Promise<{ readonly bytes: number; readonly rows: number }> {
    this.writer.finish();
    await this.flush();
    try {
      await this.handle.sync();
      await this.handle.close();
    } catch (error) {
      throw unwritable(this.path, error);
    }
    return { bytes: this.bytes, rows: this.rows };
  }

  /** Closes the file as it is, incomplete; the caller removes it. */
  async abort(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }

  private async flush(): Promise<void> {
    const chunks = this.pending.splice(0);
    const size = chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0);
    if (size === 0) return;
    try {
      const { bytesWritten } = await this.handle.writev(chunks);
      if (bytesWritten !== size)
        throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    } catch (error) {
      throw unwritable(this.path, error);
    }
    this.bytes += size;
  }
}

function unwritable(path: string, cause: unknown): DativoError {
  if (isDativoError(cause)) return cause;
  const { code } = cause as { code?: unknown };
  return new DativoError({
    code: code === "ENOSPC" || code === "EDQUOT" ? "TARGET_FULL" : "TARGET_UNWRITABLE",
    message: `${path} cannot be written: ${(cause as Error).message}`,
    cause,
  });
}
