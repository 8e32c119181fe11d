import type { RecordCounts } from "../store/journal.js";

/** Counts of one object that can be added up; what a commit carries and a report shows. */
export interface Tally extends RecordCounts {
  /** Values per field that the schema has no column for and that were left out. */
  readonly droppedFields: Readonly<Record<string, number>>;
  /** Conversions made, such as `age: string → integer`, and how often. */
  readonly coercions: Readonly<Record<string, number>>;
  readonly files: number;
  readonly bytes: number;
  readonly commits: number;
}

/** Nothing counted yet. */
export const EMPTY_TALLY: Tally = {
  read: 0,
  written: 0,
  filtered: 0,
  deduplicated: 0,
  rejected: 0,
  droppedFields: {},
  coercions: {},
  files: 0,
  bytes: 0,
  commits: 0,
};

/** Adds what is given to a tally. */
export function addTally(to: Tally, add: Partial<Tally>): Tally {
  const sum = (key: keyof RecordCounts | "files" | "bytes" | "commits") => to[key] + (add[key] ?? 0);
  return {
    read: sum("read"),
    written: sum("written"),
    filtered: sum("filtered"),
    deduplicated: sum("deduplicated"),
    rejected: sum("rejected"),
    droppedFields: addCounts(to.droppedFields, add.droppedFields),
    coercions: addCounts(to.coercions, add.coercions),
    files: sum("files"),
    bytes: sum("bytes"),
    commits: sum("commits"),
  };
}

/** Records that were read and are nowhere; anything but 0 is a defect. */
export function missingRecords(counts: RecordCounts): number {
  return counts.read - counts.written - counts.filtered - counts.deduplicated - counts.rejected;
}

function addCounts(to: Readonly<Record<string, number>>, add: Readonly<Record<string, number>> | undefined) {
  if (add === undefined) return to;
  const names = Object.keys(add);
  if (names.length === 0) return to;
  const sum: Record<string, number> = { ...to };
  for (const name of names) sum[name] = (sum[name] ?? 0) + (add[name] ?? 0);
  return sum;
}
