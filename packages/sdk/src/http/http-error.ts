import { DativoError, isDativoError, type Redactor } from "@dativo/protocol";
import { networkFailure } from "./network-error.js";
import type { PreparedRequest } from "./prepared-request.js";
import { readRateLimit } from "./rate-limit-headers.js";
import { redactUrl } from "./redact-url.js";
import { isPassingStatus } from "./retry-policy.js";
import { AttemptTimeout } from "./send.js";

/** Characters of an error's body that its message shows. */
const SHOWN_BODY = 300;

/** The error of a response with an error status. */
export async function statusError(
  request: PreparedRequest,
  response: Response,
  redactor: Redactor,
  now: number,
): Promise<DativoError> {
  const url = redactUrl(request.url, redactor);
  const body = startOf(redactor.text(await response.text().catch(() => "")));
  const { status } = response;
  const { retryAt, exhaustedUntil } = readRateLimit(response.headers, now);
  const waitUntil = retryAt ?? exhaustedUntil;
  const reason = response.statusText === "" ? "" : ` ${response.statusText}`;
  const waitSeconds = waitUntil === undefined ? undefined : Math.max(0, Math.ceil((waitUntil - now) / 1000));
  const wait = waitSeconds === undefined ? "" : ` and asks to wait ${waitSeconds} s`;
  return new DativoError({
    // Some servers refuse with 403 what they mean as 429, and say when to come back.
    code: status === 403 && waitUntil !== undefined ? "RATE_LIMIT_EXCEEDED" : statusCode(status),
    message: `${request.method} ${url} answered ${status}${reason}${wait}${body === "" ? "." : `: ${body}`}`,
    ...(waitSeconds === undefined ? {} : { retryAfterSeconds: waitSeconds }),
    details: { method: request.method, url, status, ...(body === "" ? {} : { body }) },
  });
}

function statusCode(status: number): string {
  if (status === 401 || status === 403) return "AUTHENTICATION_FAILED";
  if (status === 429) return "RATE_LIMIT_EXCEEDED";
  return isPassingStatus(status) ? "TRANSIENT_ERROR" : "HTTP_ERROR";
}

/** The error of a request that got no response. */
export function connectionError(
  request: PreparedRequest,
  thrown: unknown,
  redactor: Redactor,
  timeoutSeconds: number,
): DativoError {
  if (isDativoError(thrown)) return thrown;
  const url = redactUrl(request.url, redactor);
  const details = { method: request.method, url };
  if (thrown instanceof AttemptTimeout)
    return new DativoError({
      code: "CONNECTION_FAILED",
      message: `${request.method} ${url} did not answer within ${timeoutSeconds} seconds.`,
      hint: "Run again, or raise timeoutSeconds of the request.",
      details,
    });
  const failure = networkFailure(thrown);
  return new DativoError({
    code: "CONNECTION_FAILED",
    message: `${request.method} ${url} failed: ${redactor.text(failure.message)}`,
    retryable: failure.passes,
    cause: thrown,
    details: { ...details, ...(failure.code === undefined ? {} : { system_code: failure.code }) },
  });
}

/** The error of an answer that should be JSON and is not. */
export function notJson(
  method: string,
  response: Response,
  text: string,
  redactor: Redactor,
  cause: unknown,
): DativoError {
  const type = response.headers.get("content-type") ?? "no content type";
  return new DativoError({
    code: "SOURCE_UNREADABLE",
    message: `${method} ${redactUrl(response.url, redactor)} answered ${response.status} with something that is not JSON (${type}): ${startOf(redactor.text(text)) || "nothing"}`,
    hint: "Check the address, and that the server answers with JSON.",
    cause,
  });
}

function startOf(text: string): string {
  const line = text
    .replace(/\s+/g, " ")
    .replace(/\p{Cc}/gu, "")
    .trim();
  return line.length > SHOWN_BODY ? `${line.slice(0, SHOWN_BODY)}…` : line;
}
