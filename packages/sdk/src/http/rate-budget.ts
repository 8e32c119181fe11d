import { createHash } from "node:crypto";
import { DativoError } from "@dativo/protocol";
import type { Clock } from "../clock.js";
import { interruption } from "../lifetime/interruption.js";

/** How often and how many at a time requests may be sent. */
export interface RateLimits {
  readonly requestsPerSecond?: number | undefined;
  readonly concurrency?: number | undefined;
}

/**
 * What one credential may ask of one origin, shared by everything that uses it.
 *
 * Requests are spaced evenly, and stand still while the server says that the limit is used up.
 */
export class RateBudget {
  private intervalMs = 0;
  private concurrency = Number.POSITIVE_INFINITY;
  private active = 0;
  private nextStart = 0;
  private pausedUntil = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  /** Adds limits; the strictest of all that were given holds. */
  limit({ requestsPerSecond, concurrency }: RateLimits): void {
    if (requestsPerSecond !== undefined && requestsPerSecond > 0)
      this.intervalMs = Math.max(this.intervalMs, 1000 / requestsPerSecond);
    if (concurrency !== undefined && concurrency >= 1)
      this.concurrency = Math.min(this.concurrency, concurrency);
  }

  /** Lets no request start before a time in milliseconds since the epoch. */
  pauseUntil(time: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, time);
  }

  /**
   * Waits for a place, and gives the function that frees it.
   *
   * @throws DativoError `RATE_LIMIT_EXCEEDED` when the server wants a longer wait than `maxWaitSeconds`, `INTERRUPTED`
   */
  async acquire(signal: AbortSignal, maxWaitSeconds: number): Promise<() => void> {
    await this.takePlace(signal);
    let freed = false;
    const free = () => {
      if (freed) return;
      freed = true;
      this.active -= 1;
      this.waiting.shift()?.();
    };
    try {
      await this.awaitStart(signal, maxWaitSeconds);
      return free;
    } catch (error) {
      free();
      throw error;
    }
  }

  private async awaitStart(signal: AbortSignal, maxWaitSeconds: number): Promise<void> {
    for (;;) {
      const now = this.clock.now();
      const pause = (this.pausedUntil - now) / 1000;
      if (pause > maxWaitSeconds)
        throw new DativoError({
          code: "RATE_LIMIT_EXCEEDED",
          message: `The rate limit is used up for another ${Math.ceil(pause)} seconds.`,
          retryAfterSeconds: Math.ceil(pause),
        });
      const start = Math.max(this.nextStart, this.pausedUntil);
      if (start <= now) {
        this.nextStart = now + this.intervalMs;
        return;
      }
      await this.clock.sleep(start - now, signal);
    }
  }

  private takePlace(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(interruption(signal));
    if (this.active < this.concurrency) {
      this.active += 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener("abort", leave);
        this.active += 1;
        resolve();
      };
      const leave = () => {
        const index = this.waiting.indexOf(enter);
        if (index >= 0) this.waiting.splice(index, 1);
        reject(interruption(signal));
      };
      signal.addEventListener("abort", leave, { once: true });
      this.waiting.push(enter);
    });
  }
}

const REGISTRY = Symbol.for("dativo.http.budgets");

/** The budget of a credential at an origin; a registered symbol makes every copy of this package share it. */
export function budgetOf(credential: string, origin: string, clock: Clock): RateBudget {
  const holder = globalThis as { [REGISTRY]?: Map<string, RateBudget> };
  holder[REGISTRY] ??= new Map();
  const key = createHash("sha256").update(`${origin}\n${credential}`).digest("base64url");
  let budget = holder[REGISTRY].get(key);
  if (budget === undefined) {
    budget = new RateBudget(clock);
    holder[REGISTRY].set(key, budget);
  }
  return budget;
}
