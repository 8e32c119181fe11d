import { setTimeout as sleep } from "node:timers/promises";
import type { RetryPolicy } from "../job/resolved-job.js";

/** Part of a delay that is left to chance, so that several runs do not knock at the same moment. */
const JITTER = 0.2;

/**
 * Seconds to wait before a retry: exponential with jitter, and never less than what the source asked for.
 *
 * @example
 * retryDelaySeconds(policy, { failures: 2, random: () => 0 }) // 5 s × 2
 */
export function retryDelaySeconds(
  policy: RetryPolicy,
  at: {
    readonly failures: number;
    readonly retryAfterSeconds?: number | undefined;
    readonly random?: () => number;
  },
): number {
  const { failures, retryAfterSeconds = 0, random = Math.random } = at;
  const grown = policy.initialDelaySeconds * policy.backoffMultiplier ** (failures - 1);
  const capped = Math.min(grown, policy.maxDelaySeconds);
  return Math.max(capped * (1 - JITTER * random()), retryAfterSeconds);
}

/** Waits, unless the signal is or becomes aborted; never throws. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
}
