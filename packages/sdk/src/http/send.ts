import { DativoError, parseLosslessJson } from "@dativo/protocol";
import type { HttpResponse } from "./http.js";
import type { PreparedRequest } from "./prepared-request.js";

/** Redirects followed at most. */
const MAX_REDIRECTS = 10;

/** Thrown when an attempt takes too long. */
export class AttemptTimeout extends Error {
  override readonly name = "AttemptTimeout";
}

/**
 * Sends a request once, follows redirects, and reads the body unless it is wanted as a stream.
 *
 * Redirects are followed here because `fetch` would take an API key along to another origin.
 *
 * @throws AttemptTimeout when it takes longer than `timeoutSeconds`; whatever `fetch` throws
 */
export async function sendOnce(
  request: PreparedRequest,
  options: {
    readonly timeoutSeconds: number;
    readonly stream: boolean;
    readonly signal: AbortSignal;
    readonly extra: RequestInit;
  },
): Promise<HttpResponse> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(options.signal.reason);
  const timer = setTimeout(() => controller.abort(new AttemptTimeout()), options.timeoutSeconds * 1000);
  options.signal.addEventListener("abort", onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  try {
    const response = await follow(request, { ...options.extra, signal: controller.signal });
    return await complete(response, options.stream);
  } catch (error) {
    // Depending on where it was, fetch throws the reason or an error of its own about it.
    if (controller.signal.aborted) throw controller.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    // A streamed body is still being read, and follows the signal until it ends.
    if (!options.stream) options.signal.removeEventListener("abort", onAbort);
  }
}

async function follow(request: PreparedRequest, init: RequestInit): Promise<Response> {
  let { method, url, body } = request;
  const headers = new Headers(request.headers);
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(url, { ...init, method, headers, body, redirect: "manual" } as RequestInit);
    const location = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null)
      return withUrl(response, url);
    if (redirects === MAX_REDIRECTS)
      throw new DativoError({
        code: "HTTP_ERROR",
        message: `${method} ${url.origin}${url.pathname} was redirected more than ${MAX_REDIRECTS} times.`,
      });
    await response.body?.cancel();
    const next = new URL(location, url);
    if (next.origin !== url.origin) for (const name of request.credentialHeaders) headers.delete(name);
    if (
      response.status === 303 ||
      ((response.status === 301 || response.status === 302) && method === "POST")
    ) {
      if (method !== "HEAD") method = "GET";
      body = null;
      headers.delete("content-type");
    }
    url = next;
  }
}

async function complete(response: Response, stream: boolean): Promise<HttpResponse> {
  if (stream || response.body === null) return lossless(response);
  const bytes = await response.arrayBuffer();
  const { status, statusText, headers, url } = response;
  return lossless(withUrl(new Response(bytes, { status, statusText, headers }), url));
}

function withUrl(response: Response, url: URL | string): Response {
  return Object.defineProperty(response, "url", { value: String(url), configurable: true });
}

function lossless(response: Response): HttpResponse {
  return Object.defineProperty(response, "json", {
    value: async () => parseLosslessJson(await response.text()),
    configurable: true,
  }) as HttpResponse;
}
