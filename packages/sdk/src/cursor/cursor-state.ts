import { DativoError, type Json } from "@dativo/protocol";
import type { CursorKind } from "./cursor-kind.js";
import { type CursorMark, decodeMark, encodeMark } from "./cursor-value.js";

/** Version of the state that cursors are kept in. */
export const CURSOR_STATE_VERSION = 1;

/** Where reading by a cursor was left. */
export interface CursorState {
  /** The value up to which every record was delivered; null when no value is complete yet. */
  readonly position: CursorMark | null;
  /** The greatest value that any record was delivered at; with an inclusive boundary the same as `position`. */
  readonly edge: CursorMark;
  /** Hashes of the records delivered at `edge`; null when there were too many to remember. */
  readonly records: readonly string[] | null;
}

/** Writes a cursor's state. */
export function encodeCursorState(cursor: string, kind: CursorKind, state: CursorState): Json {
  return {
    version: CURSOR_STATE_VERSION,
    cursor,
    kind,
    position: state.position === null ? null : encodeMark(state.position),
    edge: encodeMark(state.edge),
    records: state.records,
  };
}

/**
 * Reads a cursor's state.
 *
 * @throws DativoError `POSITION_INVALID` when it was left by another cursor or is not a state at all,
 *   `STATE_VERSION_NEWER` when a newer SDK wrote it
 */
export function decodeCursorState(
  object: string,
  cursor: string,
  kind: CursorKind,
  state: Json,
): CursorState {
  const invalid = (what: string) =>
    new DativoError({
      code: "POSITION_INVALID",
      message: `The position that ${object} was left at ${what}.`,
      details: { object, cursor },
    });
  if (typeof state !== "object" || state === null || !("version" in state))
    throw invalid("is not one of a cursor");
  if (typeof state.version === "number" && state.version > CURSOR_STATE_VERSION)
    throw new DativoError({
      code: "STATE_VERSION_NEWER",
      message: `The position of ${object} has version ${state.version}; this SDK reads up to ${CURSOR_STATE_VERSION}.`,
      hint: "Upgrade @dativo/sdk in the plugin, or start over with dativo state reset.",
    });
  if (state.cursor !== cursor)
    throw invalid(`belongs to the cursor ${JSON.stringify(state.cursor)}, and it now follows ${cursor}`);
  if (state.kind !== kind)
    throw invalid(`was compared as ${JSON.stringify(state.kind)}, and ${cursor} is now compared as ${kind}`);
  const edge = decodeMark(kind, state.edge);
  const position = state.position === null ? null : decodeMark(kind, state.position);
  const records = state.records;
  if (edge === undefined || position === undefined || !(records === null || isHashes(records)))
    throw invalid("cannot be read");
  return { position, edge, records };
}

function isHashes(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
