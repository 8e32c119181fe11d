import type { Secret } from "../config/secret.js";
import type { PageRequest } from "./page-options.js";

/** A value of a query parameter; undefined and null are left out, lists are repeated. */
export type QueryValue = string | number | bigint | boolean | Date | null | undefined;

/** How failed requests are tried again. */
export interface RetryPolicy {
  /** Attempts in all. @default 5 */
  readonly maxAttempts: number;
  /** Seconds that the first back-off lasts at most; each further one twice as long. @default 0.5 */
  readonly initialDelaySeconds: number;
  /** Seconds that a back-off lasts at most. @default 30 */
  readonly maxDelaySeconds: number;
  /** Seconds that the server may ask to wait; beyond it the error is thrown at once, with `retryAfterSeconds`. @default 120 */
  readonly maxRetryAfterSeconds: number;
}

/** What one request may add to `fetch`'s options. */
export interface HttpInit extends Omit<RequestInit, "signal" | "redirect"> {
  /** Parameters added to the URL. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>> | undefined;
  /** A value sent as JSON; sets the method to POST unless given. */
  readonly json?: unknown;
  /** Cancels this request, beside the signal of the plugin. */
  readonly signal?: AbortSignal | null | undefined;
  /** Seconds that one attempt may take, the body included. @default 60 */
  readonly timeoutSeconds?: number | undefined;
  /** How it is tried again; false for never. */
  readonly retry?: Partial<RetryPolicy> | false | undefined;
  /** Whether sending it twice has the effect of once; other requests are only tried again when they were refused. @default by method */
  readonly idempotent?: boolean | undefined;
  /** Statuses of 400 and above that are an answer, not an error. @default [] */
  readonly allowStatus?: readonly number[] | undefined;
  /** Hands the body over as it arrives, instead of reading it as part of the attempt. @default false */
  readonly stream?: boolean | undefined;
}

/** What every request of an `Http` has in common. */
export interface HttpDefaults {
  /** Where relative addresses start; credentials are sent to its origin only. */
  readonly baseUrl?: string | undefined;
  readonly headers?: Readonly<Record<string, string | Secret>> | undefined;
  readonly query?: HttpInit["query"];
  /** Sent as `Authorization: Bearer …`. A function is asked before every request, for tokens that expire. */
  readonly bearer?: string | Secret | (() => string | Secret | Promise<string | Secret>) | undefined;
  /** Sent as `Authorization: Basic …`. */
  readonly basic?: { readonly username: string | Secret; readonly password: string | Secret } | undefined;
  /** Sent as a header or a query parameter. */
  readonly apiKey?:
    | { readonly header: string; readonly value: string | Secret }
    | { readonly query: string; readonly value: string | Secret }
    | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | false | undefined;
  /** Bounds for this credential and origin, beside `rate_limits` of the job; the stricter one holds. */
  readonly rateLimit?: { readonly requestsPerSecond?: number; readonly concurrency?: number } | undefined;
}

/** A response whose `json()` keeps integers beyond ±(2^53 − 1), as bigints. */
export interface HttpResponse extends Response {
  json<T = unknown>(): Promise<T>;
}

/**
 * `fetch` for connectors: it retries what may pass, keeps to one rate budget per credential, follows the plugin's
 * signal, turns error statuses into errors with codes, and keeps secrets out of messages.
 *
 * @throws DativoError `AUTHENTICATION_FAILED` (401, 403), `RATE_LIMIT_EXCEEDED` (429), `TRANSIENT_ERROR` (5xx, 408, 425),
 *   `HTTP_ERROR` (other statuses), `CONNECTION_FAILED` (network, time-out), `INTERRUPTED`
 * @example
 * const api = http.with({ baseUrl: "https://api.example.com/v1", bearer: config.credentials.token });
 * const { items } = await api.json<{ items: Item[] }>("/items", { query: { since } });
 */
export interface Http {
  (input: string | URL, init?: HttpInit): Promise<HttpResponse>;
  /** Requests and parses JSON, without loss of large integers. @throws DativoError `SOURCE_UNREADABLE` when it is none */
  json<T = unknown>(input: string | URL, init?: HttpInit): Promise<T>;
  /** Requests page after page, and yields the records of each. See `PageRequest`. */
  pages<T = Record<string, unknown>>(
    input: string | URL,
    request?: PageRequest<T>,
  ): AsyncGenerator<T[], void, undefined>;
  /** An `Http` with further defaults; headers and query parameters are added to those there are. */
  with(defaults: HttpDefaults): Http;
}
