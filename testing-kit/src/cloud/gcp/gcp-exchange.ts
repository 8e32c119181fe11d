import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf } from "../emulator-server.js";

/** A request to any API of Google Cloud. */
export interface GcpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Account that the access token was made for; undefined without a token of this emulator. */
  readonly account: string | undefined;
}

/** What an API answers. */
export interface GcpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One API. */
export interface GcpService {
  readonly name: string;
  /** What a request asks for; undefined when it is for another API. */
  operationOf(request: GcpRequest): { readonly operation: string; readonly input: unknown } | undefined;
  /** @throws GcpError */
  answer(operation: string, input: unknown, request: GcpRequest): Promise<GcpAnswer> | GcpAnswer;
}

/** Canonical status of an error, and the HTTP status and number that go with it. */
const STATUSES = {
  INVALID_ARGUMENT: [400, 3],
  FAILED_PRECONDITION: [400, 9],
  UNAUTHENTICATED: [401, 16],
  PERMISSION_DENIED: [403, 7],
  NOT_FOUND: [404, 5],
  ALREADY_EXISTS: [409, 6],
  ABORTED: [409, 10],
  RESOURCE_EXHAUSTED: [429, 8],
  UNIMPLEMENTED: [501, 12],
  INTERNAL: [500, 13],
  UNAVAILABLE: [503, 14],
} as const satisfies Readonly<Record<string, readonly [http: number, code: number]>>;

/** Status of an error of Google's APIs. */
export type GcpStatus = keyof typeof STATUSES;

/** What an API answers instead of a result. */
export class GcpError extends Error {
  readonly http: number;
  readonly code: number;

  constructor(
    readonly status: GcpStatus,
    message: string,
    http?: number,
  ) {
    super(message);
    const [ownHttp, code] = STATUSES[status] ?? [http ?? 500, 2];
    this.http = http ?? ownHttp;
    this.code = code;
  }
}

/** An error as Google's APIs write it. */
export function gcpFailure({ http, status, message }: GcpError): GcpAnswer {
  return gcpJson({ error: { code: http, message, status } }, http);
}

/** An answer in JSON. */
export function gcpJson(value: unknown, status = 200): GcpAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=UTF-8" },
    body: JSON.stringify(value),
  };
}

/** Reads a request. */
export async function readGcpRequest(
  incoming: IncomingMessage,
  accountOf: (token: string) => string | undefined,
): Promise<GcpRequest> {
  const url = new URL(incoming.url ?? "/", "http://emulator");
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: await bodyOf(incoming),
    account: accountOf(headers.authorization?.replace(/^Bearer /i, "") ?? ""),
  };
}

/** Writes an answer. */
export function writeGcpAnswer({ status, headers, body }: GcpAnswer, response: ServerResponse): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** The members of a JSON body. */
export function jsonBody({ body }: GcpRequest): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8")) as Record<string, unknown>;
  } catch {
    throw new GcpError("INVALID_ARGUMENT", "Invalid JSON payload received.");
  }
}
