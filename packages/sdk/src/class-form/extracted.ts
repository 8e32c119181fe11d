import type { Row } from "@dativo/protocol";

const CHECKPOINT = Symbol.for("dativo.checkpoint");

/** A page of records of one object, and the position to go on from after them. */
export interface ExtractedPage {
  readonly records: readonly Row[];
  /** @default the object that is being read: `sourceConfig.objects` holds one at a time */
  readonly object?: string | undefined;
  /** A JSON value; the next run finds it in its `IncrementalState`. */
  readonly position?: unknown;
}

/** A position without records; made by `checkpoint()`. */
export interface Checkpoint {
  readonly [CHECKPOINT]: true;
  readonly object: string | undefined;
  readonly position: unknown;
}

/** What `extract` may yield. */
export type Extracted = readonly Row[] | ExtractedPage | Checkpoint;

/**
 * A position to go on from: a promise that every record of its object before it was yielded.
 *
 * @example
 * yield records; yield checkpoint("users", { updated: records.at(-1).updated })
 */
export function checkpoint(object: string, position: unknown): Checkpoint;
/** A position of the object that is being read. */
export function checkpoint(position: unknown): Checkpoint;
export function checkpoint(first: unknown, ...rest: [] | [unknown]): Checkpoint {
  return rest.length === 0
    ? { [CHECKPOINT]: true, object: undefined, position: first }
    : { [CHECKPOINT]: true, object: String(first), position: rest[0] };
}

/** Says whether a value was made by `checkpoint()` of any copy of this package. */
export function isCheckpoint(value: unknown): value is Checkpoint {
  return typeof value === "object" && value !== null && CHECKPOINT in value;
}
