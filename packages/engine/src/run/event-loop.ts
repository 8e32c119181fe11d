import { setImmediate } from "node:timers/promises";

/** Milliseconds of work without a pause after which others get their turn. */
const SLICE_MS = 10;

/**
 * Lets files, timers and signals have their turn in a loop whose steps may all be synchronous: a source in memory would
 * otherwise keep a writer from going on in the background until the last record was read.
 *
 * @example
 * const pause = eventLoopPause();
 * for await (const batch of batches) {
 *   use(batch);
 *   await pause();
 * }
 */
export function eventLoopPause(): () => Promise<void> {
  let sliceEnds = performance.now() + SLICE_MS;
  return async () => {
    if (performance.now() < sliceEnds) return;
    await setImmediate();
    sliceEnds = performance.now() + SLICE_MS;
  };
}
