/** How the command ends, by the code of what happened. */
export const EXIT_CODES = {
  DONE: 0,
  /** A defect of the scaffolder itself. */
  INTERNAL: 1,
  /** The command line cannot be acted on. */
  USAGE: 2,
  /** There is no project made by this scaffolder here. */
  NOT_A_PROJECT: 2,
  /** The machine lacks something the project needs; `doctor`. */
  NOT_HEALTHY: 2,
  /** Files are in the way, or cannot be written; nothing was. */
  TARGET_CONFLICT: 3,
  /** The files are written, but installing, building or testing failed. */
  NOT_VERIFIED: 4,
  /** The files are written, and some hold conflict markers. */
  MERGE_CONFLICT: 5,
  CANCELLED: 130,
} as const;

/** A code of an error, as `--json` prints it. */
export type FailureCode = Exclude<keyof typeof EXIT_CODES, "DONE">;
