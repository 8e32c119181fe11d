import type { TableSchema } from "./field-type.js";
import type { JsonColumn } from "./uniform-records.js";

/**
 * A value as it travels in a row.
 *
 * `integer` is a number while it is safe and a bigint beyond ±(2^53 − 1); `decimal` is text; `timestamp`
 * and `date` are ISO 8601 text or a `Date`; `binary` is a `Uint8Array`; `json`, `list` and `struct` are
 * plain values. `null` is a value; a missing key is a missing value.
 */
export type Value =
  | null
  | undefined
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

/** One record as a plain object. */
export type Row = Record<string, unknown>;

/** The forms a batch can have; a batch is converted lazily, once, and only when somebody asks. */
export type BatchForm = "rows" | "json" | "arrow" | "relation" | "native";

/** JavaScript objects. */
export interface RowBatch {
  readonly form: "rows";
  readonly rows: readonly Row[];
  /**
   * Types of columns as the reader's language has them, where rows of JavaScript cannot tell: text that is a timestamp,
   * whole numbers that are floats. What the rows contradict, or is missing here, is inferred from them.
   */
  readonly schema?: TableSchema;
}

/** UTF-8 text of a JSON array of records, as the native ABI v1 hands it over. */
export interface JsonBatch {
  readonly form: "json";
  readonly text: Uint8Array;
  /** Records in it, when the reader has checked that it is a JSON array of so many objects. */
  readonly recordCount?: number;
  /** The members of the records, when the reader has seen that all have the same, in the same order and none nested. */
  readonly columns?: readonly JsonColumn[];
}

/** Columns in Arrow layout, in memory that JavaScript owns. */
export interface ColumnBatch {
  readonly form: "arrow";
  readonly schema: TableSchema;
  readonly recordCount: number;
  readonly columns: readonly Column[];
  /** Bytes held by all buffers of all columns. */
  readonly byteSize: number;
}

/**
 * One column in Arrow's physical layout.
 *
 * | type | `values` | `offsets` |
 * | --- | --- | --- |
 * | string, json, binary | bytes | n + 1 |
 * | integer, timestamp | `BigInt64Array` (timestamp: microseconds) | – |
 * | number | `Float64Array` | – |
 * | date | `Int32Array`, days | – |
 * | decimal | 16 bytes each, little endian two's complement | – |
 * | boolean | bits, least significant first | – |
 * | list | – | n + 1, into `children[0]` |
 * | struct | – | –, one child a member |
 */
export interface Column {
  readonly length: number;
  readonly nullCount: number;
  /** One bit a value, least significant first, 1 = valid; absent when nothing is null. */
  readonly validity?: Uint8Array;
  readonly values?: Uint8Array | Int32Array | BigInt64Array | Float64Array;
  readonly offsets?: Int32Array;
  readonly children?: readonly Column[];
}

/**
 * Records that the embedded DuckDB can produce by itself: a query, not data.
 *
 * The reader promises that running `sql` after `setup` yields exactly the records of this batch, each time.
 * JavaScript never touches the values; a writer that stores through DuckDB runs the query where it writes.
 */
export interface RelationBatch {
  readonly form: "relation";
  /** A SELECT statement without a trailing semicolon. */
  readonly sql: string;
  /** Statements to run once on the session before `sql`, such as ATTACH. */
  readonly setup?: readonly string[];
  readonly schema: TableSchema;
  /** Records that `sql` yields, when the source knows (a Parquet footer does). */
  readonly recordCount?: number;
  /** Query whose rows are source records that could not be read at all, with columns reason, path, expected, got, record. */
  readonly rejects?: string;
  /**
   * The same records in another way, for a query that fails at the first record which does not fit: those that do, and
   * `rejects` for the others. Costs a pass over the source, which a query that succeeds saves.
   */
  readonly sorted?: () => Promise<RelationBatch>;
}

/**
 * Columns in Arrow layout, in memory that a native plugin owns and that is not looked at before somebody asks.
 *
 * Its layout is exactly the one that `Column` describes. The memory stays as long as somebody holds the batch: the
 * reader does until `release` is called, and whoever keeps it longer retains it for that time.
 */
export interface NativeBatch {
  readonly form: "native";
  readonly schema: TableSchema;
  readonly recordCount: number;
  /** Nulls of each column, in the order of the schema. */
  readonly nullCounts: readonly number[];
  /** Bytes that all buffers hold, as far as their lengths tell. */
  readonly byteSize: number;
  /**
   * Whether the memory stays until the array's own release function is called, so that native code may own a part of
   * it; otherwise it only stays as long as the batch is retained.
   */
  readonly isShareable: boolean;
  /** The words of the C Data Interface's `ArrowArray`, of which `release` is not to be called. */
  array(): BigUint64Array;
  /** Its columns in JavaScript's memory, which whoever asks for them may keep; made once. */
  columns(): ColumnBatch;
  /** Keeps the memory until the function returned is called. */
  retain(): () => void;
  /** Ends the hold of whoever made the batch; a second time it does nothing. */
  release(): void;
}

/** What a reader hands over and a writer is given, in one of its forms. */
export type BatchData = RowBatch | JsonBatch | ColumnBatch | RelationBatch | NativeBatch;
