/**
 * A signal that is aborted with any of some others, and lets go of them when disposed.
 *
 * `AbortSignal.any` would leave an entry on the run's signal for each of its thousands of calls.
 */
export function linkSignals(signals: readonly AbortSignal[]): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const releases = signals.map((signal) => {
    const forward = () => controller.abort(signal.reason);
    if (signal.aborted) forward();
    else signal.addEventListener("abort", forward, { once: true });
    return () => signal.removeEventListener("abort", forward);
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const release of releases) release();
    },
  };
}
