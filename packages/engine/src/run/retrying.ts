import type { DativoError } from "@dativo/protocol";
import type { RetryPolicy } from "../job/resolved-job.js";
import { toRunError } from "../report/build-report.js";
import { pause, retryDelaySeconds } from "./retry.js";

/** How something is tried again. */
export interface Retrying {
  readonly policy: RetryPolicy;
  /** Ends the wait and the retries. */
  readonly signal: AbortSignal;
  /** A number that grows with progress, which forgives earlier failures. */
  readonly progress: () => number | Promise<number>;
  readonly onRetry: (retry: {
    readonly attempt: number;
    readonly error: DativoError;
    readonly delaySeconds: number;
  }) => Promise<void>;
}

/**
 * Does something until it succeeds, fails in a way that trying again does not mend, or has failed too often without
 * any progress in between.
 */
export async function retrying<T>(work: () => Promise<T>, how: Retrying): Promise<T> {
  let failures = 0;
  for (let attempt = 1; ; attempt += 1) {
    const before = await how.progress();
    try {
      return await work();
    } catch (thrown) {
      const error = toRunError(thrown);
      if (how.signal.aborted || !error.retryable) throw thrown;
      if ((await how.progress()) > before) failures = 0;
      failures += 1;
      if (failures > how.policy.maxRetries) throw thrown;
      const { retryAfterSeconds } = error;
      const delaySeconds = retryDelaySeconds(how.policy, { failures, retryAfterSeconds });
      await how.onRetry({ attempt, error, delaySeconds });
      await pause(delaySeconds, how.signal);
      if (how.signal.aborted) throw thrown;
    }
  }
}
