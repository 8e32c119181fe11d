import type { Clock } from "../clock.js";
import type { RetryPolicy } from "./http.js";

/** The policy of requests that state none. */
export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 5,
  initialDelaySeconds: 0.5,
  maxDelaySeconds: 30,
  maxRetryAfterSeconds: 120,
};

const IDEMPOTENT_METHODS = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

/** Whether sending a request of this method twice has the effect of once. */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT_METHODS.has(method.toUpperCase());
}

/** Whether a status usually passes: time-out, too early, too many, and errors of the server itself. */
export function isPassingStatus(status: number): boolean {
  return (
    status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)
  );
}

/** Milliseconds to back off before the next attempt: exponential, with full jitter. */
export function backOff(attempt: number, policy: RetryPolicy, clock: Clock): number {
  const ceiling = Math.min(policy.maxDelaySeconds, policy.initialDelaySeconds * 2 ** (attempt - 1));
  return clock.random() * ceiling * 1000;
}
