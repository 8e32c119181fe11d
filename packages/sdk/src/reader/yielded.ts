import type { BatchData } from "@dativo/protocol";

const KIND = Symbol.for("dativo.yielded");

/** A page of rows, with the position to go on from after them. */
export interface Page<Row, Position> {
  readonly [KIND]: "page";
  readonly rows: readonly Row[];
  readonly position?: Position;
}

/** A position to go on from after everything yielded before it. */
export interface PositionMark<Position> {
  readonly [KIND]: "position";
  readonly position: Position;
}

/** A batch in the form it has, such as columns or a query. */
export interface DataBatch<Position> {
  readonly [KIND]: "batch";
  readonly data: BatchData;
  readonly position?: Position;
}

/** What `read` may yield: a row, a page of rows, or one of `page()`, `position()`, `batch()`. */
export type Yielded<Row, Position> =
  | Row
  | readonly Row[]
  | Page<Row, Position>
  | PositionMark<Position>
  | DataBatch<Position>;

/** Anything made by `page()`, `position()` or `batch()`. */
export type Marked = Page<unknown, unknown> | PositionMark<unknown> | DataBatch<unknown>;

/** Says whether a value was made by `page()`, `position()` or `batch()` of any copy of this package. */
export function isMarked(value: unknown): value is Marked {
  return typeof value === "object" && value !== null && KIND in value;
}

/** Which of them a marked value is. */
export function kindOfMarked(value: Marked): "page" | "position" | "batch" {
  return value[KIND];
}

/**
 * A page of rows, with the position to go on from after them.
 *
 * @example
 * yield page(body.rows, { position: { after: body.last_id } })
 */
export function page<Row, Position = never>(
  rows: readonly Row[],
  options: { readonly position?: Position } = {},
): Page<Row, Position> {
  return { [KIND]: "page", rows, ...options };
}

/**
 * A position: a promise that every record before it was yielded, and that reading from it yields every later one.
 *
 * @example
 * yield rows; yield position({ offset: 400 })
 */
export function position<Position>(value: Position): PositionMark<Position> {
  return { [KIND]: "position", position: value };
}

/**
 * A batch in the form it has: rows, JSON text, columns in Arrow layout, or a query for the embedded DuckDB.
 *
 * @example
 * yield batch({ form: "relation", sql: "SELECT * FROM 'in.parquet'", schema })
 */
export function batch<Position = never>(
  data: BatchData,
  options: { readonly position?: Position } = {},
): DataBatch<Position> {
  return { [KIND]: "batch", data, ...options };
}
