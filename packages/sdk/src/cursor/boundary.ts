import { HASH_LENGTH, recordHash } from "./record-hash.js";

/** Bytes one remembered record takes in a state, quotes and comma included. */
const ENTRY_BYTES = HASH_LENGTH + 3;

/** Records delivered at one cursor value, remembered by hash up to a number of bytes. */
export class Boundary {
  private readonly hashes: string[] = [];
  private readonly unhashed: unknown[] = [];
  private count = 0;
  private overflown = false;

  constructor(private readonly maxBytes: number) {}

  /** What a state remembered; null stands for more records than it could hold. */
  static restore(maxBytes: number, remembered: readonly string[] | null): Boundary {
    const boundary = new Boundary(maxBytes);
    if (remembered === null) boundary.overflow();
    else {
      boundary.hashes.push(...remembered);
      boundary.count = remembered.length;
    }
    return boundary;
  }

  /** Remembers a record; it is hashed by the next `settle`. */
  add(record: unknown): void {
    this.count += 1;
    if (this.overflown) return;
    if (this.count * ENTRY_BYTES > this.maxBytes) this.overflow();
    else this.unhashed.push(record);
  }

  /** Hashes what was added; to be called before the records are handed on and may be changed by others. */
  settle(): void {
    for (const record of this.unhashed) this.hashes.push(recordHash(record));
    this.unhashed.length = 0;
  }

  /** Whether there were more records than the bytes allow; then none is remembered. */
  get overflowed(): boolean {
    return this.overflown;
  }

  /** A copy of the records' hashes, one for each, or null when there were too many. */
  records(): readonly string[] | null {
    this.settle();
    return this.overflown ? null : [...this.hashes];
  }

  private overflow(): void {
    this.overflown = true;
    this.hashes.length = 0;
    this.unhashed.length = 0;
  }
}

/** Records that an earlier run delivered at the boundary; each may be left out once, as often as it was delivered. */
export class Delivered {
  private readonly left = new Map<string, number>();

  constructor(hashes: readonly string[]) {
    for (const hash of hashes) this.left.set(hash, (this.left.get(hash) ?? 0) + 1);
  }

  /** Says whether a record was delivered before, and counts it off. */
  take(record: unknown): boolean {
    if (this.left.size === 0) return false;
    const hash = recordHash(record);
    const count = this.left.get(hash);
    if (count === undefined) return false;
    if (count === 1) this.left.delete(hash);
    else this.left.set(hash, count - 1);
    return true;
  }
}
