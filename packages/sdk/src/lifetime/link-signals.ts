/** A signal that is aborted when any of several is. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Lets go of the signals it follows. */
  release(): void;
}

/**
 * Links signals for a short time.
 *
 * Unlike `AbortSignal.any`, which leaves a little behind in long-lived signals each time, it can be let go of.
 */
export function linkSignals(...signals: readonly (AbortSignal | null | undefined)[]): LinkedSignal {
  const followed = signals.filter((signal) => signal !== null && signal !== undefined);
  const controller = new AbortController();
  const listeners = followed.map((signal) => ({ signal, onAbort: () => controller.abort(signal.reason) }));
  for (const { signal, onAbort } of listeners) {
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  }
  return {
    signal: controller.signal,
    release: () => {
      for (const { signal, onAbort } of listeners) signal.removeEventListener("abort", onAbort);
    },
  };
}
