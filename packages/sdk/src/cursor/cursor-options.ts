import { DativoError, type TableSchema } from "@dativo/protocol";
import { type CursorKind, cursorKindOf } from "./cursor-kind.js";

/** How an object's cursor is followed. */
export interface CursorSettings {
  /**
   * Order in which `read` yields records, by the cursor.
   *
   * - `ascending`: a checkpoint follows every page, and a record out of order fails the read.
   * - `unsorted`: any order; the only checkpoint is at the end.
   * - `descending`: newest first; the only checkpoint is at the end, and reading stops at the first record
   *   that is before the position.
   *
   * @default "unsorted"
   */
  readonly order?: "ascending" | "unsorted" | "descending" | undefined;
  /**
   * Whether the source returns records at `since` itself (`>=`, inclusive) or only after it (`>`, exclusive).
   *
   * With an inclusive boundary the position is the greatest value delivered. With an exclusive one it is the value
   * before that, because more records may still appear at the greatest value: only a value that a greater one
   * followed is complete. In both cases records delivered already are recognised and left out.
   *
   * @default "inclusive"
   */
  readonly boundary?: "inclusive" | "exclusive" | undefined;
  /**
   * Seconds before the position from which the source is asked again, for records that appear late. Records in
   * that time are delivered again, so the target should merge them by key. Dates count whole days.
   *
   * @default 0
   */
  readonly lookbackSeconds?: number | undefined;
  /**
   * What happens to a record without a value in its cursor: delivered without moving the position, or an error.
   *
   * @default "deliver"
   */
  readonly nullCursor?: "deliver" | "fail" | undefined;
  /**
   * Bytes that the records remembered at one cursor value may take in the state, 19 a record.
   *
   * Beyond it, an object with a `key` reads all records at that value again next time, so that the target merges
   * them; one without fails with `CURSOR_BOUNDARY_TOO_LARGE` rather than doubling records.
   *
   * @default 1_048_576
   */
  readonly boundaryBytes?: number | undefined;
  /** How cursor values are compared, when the type of the column does not say it. */
  readonly cursorKind?: CursorKind | undefined;
}

/** A cursor with every setting decided. */
export interface CursorOptions {
  readonly object: string;
  readonly cursor: string;
  readonly kind: CursorKind;
  readonly order: "ascending" | "unsorted" | "descending";
  readonly inclusive: boolean;
  readonly lookbackSeconds: number;
  readonly failOnNull: boolean;
  readonly boundaryBytes: number;
  readonly hasKey: boolean;
}

/**
 * Decides every setting of an object's cursor.
 *
 * @throws DativoError `PLUGIN_INVALID` when the cursor is not a column, its column has no order, or `lookbackSeconds`
 *   is given for a cursor that is not a time
 */
export function cursorOptions(
  object: string,
  definition: CursorSettings & { readonly cursor: string; readonly key?: readonly string[] | undefined },
  table: TableSchema | undefined,
): CursorOptions {
  const { cursor } = definition;
  const kind = definition.cursorKind ?? kindOfColumn(object, cursor, table);
  const lookbackSeconds = definition.lookbackSeconds ?? 0;
  if (lookbackSeconds < 0 || (lookbackSeconds > 0 && !["instant", "wallTime", "date"].includes(kind)))
    throw invalid(
      object,
      `lookbackSeconds needs a cursor that is a time, and ${cursor} is compared as ${kind}`,
    );
  return {
    object,
    cursor,
    kind,
    order: definition.order ?? "unsorted",
    inclusive: definition.boundary !== "exclusive",
    lookbackSeconds,
    failOnNull: definition.nullCursor === "fail",
    boundaryBytes: definition.boundaryBytes ?? 1_048_576,
    hasKey: (definition.key?.length ?? 0) > 0,
  };
}

function kindOfColumn(object: string, cursor: string, table: TableSchema | undefined): CursorKind {
  if (table === undefined)
    throw invalid(object, `its cursor ${cursor} has no column, so cursorKind must say how to compare it`);
  const field = table.fields.find(({ name }) => name === cursor);
  if (field === undefined)
    throw invalid(
      object,
      `its cursor ${cursor} is not among its columns: ${table.fields.map(({ name }) => name).join(", ")}`,
    );
  const kind = cursorKindOf(field.type);
  if (kind === undefined)
    throw invalid(object, `its cursor ${cursor} is a ${field.type.kind}, which has no order to follow`);
  return kind;
}

function invalid(object: string, what: string): DativoError {
  return new DativoError({
    code: "PLUGIN_INVALID",
    message: `The object ${object} is not defined correctly: ${what}.`,
    hint: "Use a column that is a timestamp, a date, a number or a string, or set cursorKind.",
    details: { object },
  });
}
