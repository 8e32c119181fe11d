import type { ObjectOutcome } from "./object-outcome.js";

/** How far an object has got, for whoever shows it. */
export interface Progress {
  readonly object: string;
  /** Records read since the start of the run, earlier processes included. */
  readonly read: number;
  /** Records the reader expects to yield, when it can tell. */
  readonly estimate?: number;
  readonly records_per_second: number;
  /** Commits made since the start of the run. */
  readonly checkpoint: number;
  readonly done: boolean;
}

/** Shortest time between two progress events of one object, in milliseconds. */
const INTERVAL_MS = 100;

/** Passes on progress, not more often than somebody can read it. */
export class ProgressMeter {
  private readonly last = new Map<string, number>();
  private readonly estimates = new Map<string, number>();

  constructor(private readonly onProgress: ((progress: Progress) => void) | undefined) {}

  /** Whether anybody looks, so that estimates are worth asking for. */
  get watched(): boolean {
    return this.onProgress !== undefined;
  }

  expect(object: string, estimate: number | null): void {
    if (estimate !== null) this.estimates.set(object, estimate);
  }

  report(outcome: ObjectOutcome, done = false): void {
    if (this.onProgress === undefined) return;
    const object = outcome.plan.name;
    const now = performance.now();
    const last = this.last.get(object);
    if (!done && last !== undefined && now - last < INTERVAL_MS) return;
    this.last.set(object, now);
    const { read, commits } = outcome.counted;
    const estimate = this.estimates.get(object);
    this.onProgress({
      object,
      read,
      ...(estimate === undefined ? {} : { estimate }),
      records_per_second: Math.round(outcome.readHere / Math.max(outcome.elapsed, 0.001)),
      checkpoint: commits,
      done,
    });
  }
}
