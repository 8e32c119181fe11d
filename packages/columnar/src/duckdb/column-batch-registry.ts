import { type ColumnBatch, DativoError, type NativeBatch, type TableSchema } from "@dativo/protocol";
import { type ExportedBatch, exportColumnBatch, exportSchema } from "../c-data/export.js";
import { ARROW_ARRAY } from "../c-data/layout.js";
import { concatenateBatches } from "../columns/concatenate-batches.js";
import { allocateWords, cString } from "../native/memory.js";
import { noOperation } from "../native/no-operation.js";
import { duckDbError } from "./errors.js";
import { RESULT_BYTES } from "./library.js";
import type { Session } from "./session.js";

/** Views that one relation is made of; with more batches, neighbours are joined. */
const MAX_VIEWS = 128;

/** A batch whose columns lie in Arrow layout, wherever that is. */
export type ArrowBatch = ColumnBatch | NativeBatch;

/** Batches that SQL can read. */
export interface RegisteredBatches {
  /** A query that yields their records, once. */
  readonly sql: string;
  release(): void;
}

let views = 0;

/**
 * Registers batches as views, on a session of its own.
 *
 * The session is used only synchronously and never has another database as its default, so the views are always
 * in the database in memory and never in a file.
 */
export class ColumnBatchRegistry {
  private readonly pinned = new Set<ExportedBatch>();

  constructor(private readonly session: Session) {}

  register(batches: readonly ArrowBatch[]): RegisteredBatches {
    if (batches.length === 0)
      throw new DativoError({
        code: "DUCKDB_ERROR",
        message: "There is no batch to register.",
        hint: "Leave the statement out when there are no records.",
      });
    for (const { schema } of batches) checkNames(schema);
    const registered: { name: string; stream: BigUint64Array; exported: ExportedBatch }[] = [];
    const release = () => {
      for (const { name, stream, exported } of registered.splice(0)) {
        this.execute(`DROP VIEW IF EXISTS memory.main.${name}`);
        this.session.library.destroyArrowStream(stream);
        this.pinned.delete(exported);
      }
    };
    try {
      for (const batch of grouped(batches)) registered.push(this.registerOne(batch));
    } catch (error) {
      release();
      throw error;
    }
    const sql = registered.map(({ name }) => `SELECT * FROM memory.main.${name}`).join(" UNION ALL ");
    return { sql, release };
  }

  private registerOne(batch: ArrowBatch) {
    const { library, handle } = this.session;
    const exported = batch.form === "arrow" ? exportColumnBatch(batch, noOperation()) : lendNative(batch);
    const name = `dativo_batch_${views++}`;
    const stream = allocateWords(1);
    if (library.arrowArrayScan(handle, cString(name), exported.schema, exported.array, stream) !== 0) {
      if (stream[0] !== 0n) library.destroyArrowStream(stream);
      throw duckDbError("The columns of the batch could not be registered.");
    }
    this.pinned.add(exported);
    return { name, stream, exported };
  }

  private execute(sql: string): void {
    const { library, handle } = this.session;
    const result = new Uint8Array(new ArrayBuffer(RESULT_BYTES));
    library.query(handle, cString(sql), result);
    library.destroyResult(result);
  }
}

const checked = new WeakSet<TableSchema>();

/** DuckDB would give columns whose names it cannot tell apart, or that have none, other names without a word. */
function checkNames(schema: TableSchema): void {
  if (checked.has(schema)) return;
  const seen = new Map<string, string>();
  for (const { name } of schema.fields) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined || name === "")
      throw new DativoError({
        code: "CONFIG_INVALID",
        message:
          other === undefined
            ? "A field has an empty name, which DuckDB cannot represent."
            : `The fields ${JSON.stringify(other)} and ${JSON.stringify(name)} differ in case only, which DuckDB cannot tell apart.`,
        hint: "Rename the field.",
      });
    seen.set(name.toLowerCase(), name);
  }
  checked.add(schema);
}

/** Describes a native batch to DuckDB, which must not release what it did not take over. */
function lendNative(batch: NativeBatch): ExportedBatch {
  const pins: unknown[] = [batch];
  const array = allocateWords(ARROW_ARRAY.words);
  array.set(batch.array());
  array[ARROW_ARRAY.release] = noOperation();
  return { schema: exportSchema(batch.schema, noOperation(), pins), array, pins };
}

/** Joins neighbours in our own memory where there are many; native ones are passed by pointer, each by itself. */
function grouped(batches: readonly ArrowBatch[]): readonly ArrowBatch[] {
  if (batches.length <= MAX_VIEWS) return batches;
  const size = Math.ceil(batches.length / MAX_VIEWS);
  const groups: ArrowBatch[] = [];
  let run: ColumnBatch[] = [];
  const close = () => {
    if (run.length > 0) groups.push(concatenateBatches(run));
    run = [];
  };
  for (const batch of batches) {
    if (batch.form === "native") {
      close();
      groups.push(batch);
    } else {
      run.push(batch);
      if (run.length === size) close();
    }
  }
  close();
  return groups;
}
