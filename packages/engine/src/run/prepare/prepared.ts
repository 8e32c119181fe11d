import type { BatchData, TableSchema } from "@dativo/protocol";
import type { Rejected } from "../rejects.js";

/** Which batch of the reader records come from. */
export interface BatchOrigin {
  /** Number of the batch within its object, from 0. */
  readonly batch: number;
  /** Records of the object before the batch, as far as they are known. */
  readonly recordsBefore: number;
}

/** Records of a source batch that the writer is not given. */
export interface SetAside {
  readonly kind: "set_aside";
  readonly records: readonly Rejected[];
  readonly origin: BatchOrigin;
}

/** Records in a form that the writer takes. */
export interface Ready {
  readonly kind: "ready";
  readonly data: BatchData;
  readonly schema: TableSchema;
  readonly origin: BatchOrigin;
  /** Undefined for a query whose size the source does not know. */
  readonly records: number | undefined;
  /** Finds the number of records where it is unknown. */
  readonly count: () => Promise<number>;
  /** The same records with bad ones set aside, for a query that fails at the first of them. */
  readonly sorted?: () => AsyncGenerator<Prepared, void>;
  /** Bytes in memory; 0 where it is unknown. */
  readonly bytes: number;
  readonly droppedFields: Readonly<Record<string, number>>;
  readonly coercions: Readonly<Record<string, number>>;
  /** The source record that became the record at an index of `data`. */
  readonly source: (index: number) => { readonly index: number; readonly record: unknown };
}

/** What a batch of the reader becomes; what is set aside comes before the rest of its batch. */
export type Prepared = SetAside | Ready;

/** Position in the source batch of a record that is left after some were taken out; `taken` is ascending. */
export function sourceIndex(index: number, taken: readonly number[]): number {
  let at = index;
  for (const gone of taken) {
    if (gone > at) break;
    at += 1;
  }
  return at;
}
