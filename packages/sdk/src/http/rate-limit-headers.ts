/** What a response says of the rate limit. */
export interface RateLimitReport {
  /** When the server asked to be called again, in milliseconds since the epoch. */
  readonly retryAt?: number;
  /** When a limit that is used up is lifted, in milliseconds since the epoch. */
  readonly exhaustedUntil?: number;
}

/** Beyond this a number is a time in seconds since the epoch, not a number of seconds; about 1973. */
const EPOCH_SECONDS = 100_000_000;
/** Beyond this it is a time in milliseconds. */
const EPOCH_MILLIS = 100_000_000_000;

/**
 * Reads `Retry-After` (seconds or a date) and the usual families of rate-limit headers: `RateLimit-*`,
 * `X-RateLimit-*`, `X-Rate-Limit-*`, and the structured `RateLimit` of the IETF draft.
 */
export function readRateLimit(headers: Headers, now: number): RateLimitReport {
  const retryAt = readTime(headers.get("retry-after") ?? headers.get("x-retry-after"), now);
  const exhaustedUntil = readExhaustion(headers, now);
  return {
    ...(retryAt === undefined ? {} : { retryAt }),
    ...(exhaustedUntil === undefined ? {} : { exhaustedUntil }),
  };
}

function readExhaustion(headers: Headers, now: number): number | undefined {
  for (const family of ["ratelimit", "x-ratelimit", "x-rate-limit"]) {
    const remaining = headers.get(`${family}-remaining`);
    if (remaining === null) continue;
    return Number(remaining.split(",")[0]) <= 0 ? readTime(headers.get(`${family}-reset`), now) : undefined;
  }
  return readStructured(headers.get("ratelimit"), now);
}

/** `limit=100, remaining=0, reset=30`, or `"default";r=0;t=30`. */
function readStructured(text: string | null, now: number): number | undefined {
  const remaining = text?.match(/(?:remaining|\br)\s*=\s*(\d+)/i)?.[1];
  const reset = text?.match(/(?:reset|\bt)\s*=\s*(\d+)/i)?.[1];
  return remaining === "0" && reset !== undefined ? readTime(reset, now) : undefined;
}

function readTime(text: string | null, now: number): number | undefined {
  if (text === null || text.trim() === "") return undefined;
  const value = Number(text);
  if (Number.isNaN(value)) {
    const date = Date.parse(text);
    return Number.isNaN(date) ? undefined : date;
  }
  if (value < 0) return undefined;
  if (value >= EPOCH_MILLIS) return value;
  return value >= EPOCH_SECONDS ? value * 1000 : now + value * 1000;
}
