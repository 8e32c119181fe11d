import { type DativoError, type JsonObject, parseLosslessJson, type Redactor } from "@dativo/protocol";
import { type Clock, SYSTEM_CLOCK } from "../clock.js";
import { interruption } from "../lifetime/interruption.js";
import { type LinkedSignal, linkSignals } from "../lifetime/link-signals.js";
import type { Logger } from "../log/logger.js";
import type { Http, HttpDefaults, HttpInit, HttpResponse, RetryPolicy } from "./http.js";
import { connectionError, notJson, statusError } from "./http-error.js";
import { networkFailure } from "./network-error.js";
import type { PageRequest } from "./page-options.js";
import { readPages } from "./pages.js";
import {
  addQuery,
  joinUrl,
  mergeDefaults,
  type PreparedRequest,
  prepareRequest,
  type SignedDefaults,
  signDefaults,
} from "./prepared-request.js";
import { budgetOf, type RateBudget, type RateLimits } from "./rate-budget.js";
import { readRateLimit } from "./rate-limit-headers.js";
import { redactUrl } from "./redact-url.js";
import { backOff, DEFAULT_RETRY, isIdempotent } from "./retry-policy.js";
import { sendOnce } from "./send.js";

/** Seconds one attempt may take unless stated. */
const DEFAULT_TIMEOUT_SECONDS = 60;

/** What an `Http` is made with. */
export interface HttpSettings {
  readonly redactor: Redactor;
  readonly log: Logger;
  /** Aborted when the run is cancelled or the plugin closed. */
  readonly signal: AbortSignal;
  /** `source.rate_limits` of the job. */
  readonly rateLimits: JsonObject;
  /** `engine.options.max_pages` of the job. */
  readonly maxPages?: number;
  readonly clock?: Clock;
}

/** Makes an `Http`. */
export function createHttp(settings: HttpSettings, defaults: HttpDefaults = {}): Http {
  const request = async (input: string | URL, init: HttpInit = {}) =>
    new Call(settings, await signDefaults(defaults), input, init).run();
  const json = async <T>(input: string | URL, init: HttpInit = {}): Promise<T> => {
    const response = await request(input, init);
    const text = await response.text();
    try {
      return parseLosslessJson(text) as T;
    } catch (cause) {
      throw notJson(init.method ?? "GET", response, text, settings.redactor, cause);
    }
  };
  const resolve = (input: string | URL, query: HttpInit["query"]) => {
    const url = joinUrl(defaults.baseUrl, input);
    addQuery(url, query ?? {});
    return url;
  };
  const http: Http = Object.assign(request, {
    json,
    pages: <T>(input: string | URL, options: PageRequest<T> = {}) =>
      readPages(http, { ...settings, resolve }, input, options),
    with: (further: HttpDefaults) => createHttp(settings, mergeDefaults(defaults, further)),
  });
  return http;
}

/** One call of an `Http`: as many attempts as it takes. */
class Call {
  private readonly clock: Clock;
  private readonly request: PreparedRequest;
  private readonly budget: RateBudget;
  private readonly policy: RetryPolicy;
  private readonly linked: LinkedSignal;
  private readonly signal: AbortSignal;
  private readonly timeoutSeconds: number;

  constructor(
    private readonly settings: HttpSettings,
    defaults: SignedDefaults,
    input: string | URL,
    private readonly init: HttpInit,
  ) {
    this.clock = settings.clock ?? SYSTEM_CLOCK;
    this.request = prepareRequest(input, init, defaults, settings.redactor);
    this.budget = budgetOf(this.request.credential, this.request.url.origin, this.clock);
    this.budget.limit(jobLimits(settings.rateLimits));
    if (defaults.rateLimit !== undefined) this.budget.limit(defaults.rateLimit);
    const retry = init.retry ?? defaults.retry;
    this.policy = retry === false ? { ...DEFAULT_RETRY, maxAttempts: 1 } : { ...DEFAULT_RETRY, ...retry };
    this.linked = linkSignals(settings.signal, init.signal);
    this.signal = this.linked.signal;
    this.timeoutSeconds = init.timeoutSeconds ?? defaults.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  }

  async run(): Promise<HttpResponse> {
    try {
      return await this.tryAgain();
    } finally {
      // A body that is still being read keeps following the signals.
      if (this.init.stream !== true) this.linked.release();
    }
  }

  private async tryAgain(): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.attempt();
      if ("response" in outcome) return outcome.response;
      if (!outcome.again || attempt >= this.policy.maxAttempts) throw outcome.error;
      await this.waitAfter(outcome.error, attempt);
    }
  }

  private async attempt(): Promise<{ response: HttpResponse } | { error: DativoError; again: boolean }> {
    const { request, init, signal } = this;
    const { redactor } = this.settings;
    const free = await this.budget.acquire(signal, this.policy.maxRetryAfterSeconds);
    try {
      const {
        query: _query,
        json: _json,
        timeoutSeconds: _timeout,
        retry: _retry,
        idempotent: _idempotent,
        allowStatus = [],
        stream = false,
        signal: _signal,
        ...extra
      } = init;
      const response = await sendOnce(request, {
        timeoutSeconds: this.timeoutSeconds,
        stream,
        signal,
        extra,
      });
      const { exhaustedUntil } = readRateLimit(response.headers, this.clock.now());
      if (exhaustedUntil !== undefined) this.budget.pauseUntil(exhaustedUntil);
      if (response.status < 400 || allowStatus.includes(response.status)) return { response };
      const error = await statusError(request, response, redactor, this.clock.now());
      return { error, again: this.mayRepeat(error.retryable, error.code === "RATE_LIMIT_EXCEEDED") };
    } catch (thrown) {
      if (signal.aborted) throw interruption(signal);
      const error = connectionError(request, thrown, redactor, this.timeoutSeconds);
      return {
        error,
        again:
          error.code === "CONNECTION_FAILED" &&
          this.mayRepeat(error.retryable, networkFailure(thrown).notSent),
      };
    } finally {
      free();
    }
  }

  private mayRepeat(passes: boolean, refused: boolean): boolean {
    const { body, method } = this.request;
    if (!passes || body instanceof ReadableStream) return false;
    return refused || (this.init.idempotent ?? isIdempotent(method));
  }

  /** @throws DativoError the error itself, when the server wants a longer wait than allowed */
  private async waitAfter(error: DativoError, attempt: number): Promise<void> {
    const { retryAfterSeconds, code } = error;
    if ((retryAfterSeconds ?? 0) > this.policy.maxRetryAfterSeconds) throw error;
    const delay =
      retryAfterSeconds === undefined ? backOff(attempt, this.policy, this.clock) : retryAfterSeconds * 1000;
    if (code === "RATE_LIMIT_EXCEEDED" || retryAfterSeconds !== undefined)
      this.budget.pauseUntil(this.clock.now() + delay);
    this.settings.log.debug(
      {
        method: this.request.method,
        url: redactUrl(this.request.url, this.settings.redactor),
        attempt,
        delay_seconds: delay / 1000,
        code,
      },
      "request is tried again",
    );
    await this.clock.sleep(delay, this.signal);
  }
}

function jobLimits(rateLimits: JsonObject): RateLimits {
  const { requests_per_second: perSecond, requests_per_minute: perMinute, concurrency } = rateLimits;
  const rates = [perSecond, typeof perMinute === "number" ? perMinute / 60 : undefined].filter(
    (rate) => typeof rate === "number",
  );
  return {
    ...(rates.length === 0 ? {} : { requestsPerSecond: Math.min(...rates) }),
    ...(typeof concurrency === "number" ? { concurrency } : {}),
  };
}
