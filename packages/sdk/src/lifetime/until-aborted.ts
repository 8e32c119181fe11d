import { interruption } from "./interruption.js";

/**
 * Waits for a promise, but no longer than until the signal is aborted.
 *
 * @throws DativoError `INTERRUPTED` when the signal is aborted first
 */
export function untilAborted<T>(work: () => T | PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      reject(interruption(signal));
      return;
    }
    const onAbort = () => reject(interruption(signal));
    signal.addEventListener("abort", onAbort, { once: true });
    Promise.resolve()
      .then(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });
}
