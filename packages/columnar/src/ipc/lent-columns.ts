import type { ColumnBatch, NativeBatch, TableSchema } from "@dativo/protocol";
import { type ExportedBatch, exportColumnBatch } from "../c-data/export.js";
import { Holds } from "../native/holds.js";
import { noOperation } from "../native/no-operation.js";

/**
 * Lends columns whose memory is to be used again: a batch that is passed on by pointer and given back by its holders.
 *
 * Whoever asks for the columns themselves may keep them for as long as they like, so their memory then stays theirs.
 *
 * @param onReleased called once, when nobody holds the batch and nobody has asked for its columns; never otherwise
 * @example
 * const batch = lendColumns(fromIpc(bytes), () => pool.give(bytes));
 */
export function lendColumns(columns: ColumnBatch, onReleased: () => void): NativeBatch {
  return new LentColumns(columns, onReleased);
}

class LentColumns implements NativeBatch {
  readonly form = "native";
  /** Nothing but this object knows when the memory is used again. */
  readonly isShareable = false;
  readonly schema: TableSchema;
  readonly recordCount: number;
  readonly nullCounts: readonly number[];
  readonly byteSize: number;
  /** What the structures point to is reachable from it, and so from whoever holds this batch. */
  private exported: ExportedBatch | undefined;
  private readonly holds: Holds;
  private isKept = false;

  constructor(
    private readonly batch: ColumnBatch,
    onReleased: () => void,
  ) {
    this.schema = batch.schema;
    this.recordCount = batch.recordCount;
    this.nullCounts = batch.columns.map(({ nullCount }) => nullCount);
    this.byteSize = batch.byteSize;
    this.holds = new Holds("A batch whose memory is used again", () => {
      if (!this.isKept) onReleased();
    });
  }

  array(): BigUint64Array {
    this.holds.assertHeld();
    this.exported ??= exportColumnBatch(this.batch, noOperation());
    return this.exported.array;
  }

  columns(): ColumnBatch {
    if (!this.isKept) this.holds.assertHeld();
    this.isKept = true;
    return this.batch;
  }

  retain(): () => void {
    return this.holds.retain();
  }

  release(): void {
    this.holds.release();
  }
}
