import { setTimeout as wait } from "node:timers/promises";

/** How often and how long something is tried again. */
export interface Patience {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Milliseconds after which what was thrown last is thrown on. */
  readonly totalMs: number;
}

/** Does something until it no longer throws what passes by itself; waits grow twofold. */
export async function patiently<T>(
  work: () => Promise<T>,
  passes: (thrown: unknown) => boolean,
  patience: Patience,
  signal: AbortSignal,
): Promise<T> {
  const until = Date.now() + patience.totalMs;
  for (let delay = patience.firstDelayMs; ; delay = Math.min(delay * 2, patience.maxDelayMs)) {
    try {
      return await work();
    } catch (thrown) {
      if (!passes(thrown) || Date.now() + delay > until) throw thrown;
    }
    await wait(delay, undefined, { signal });
  }
}
