import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf } from "../emulator-server.js";
import { AwsError } from "./aws-error.js";

/** A request to any AWS service. */
export interface AwsRequest {
  /** Name that the signature was made for, such as `lambda` or `secretsmanager`. */
  readonly service: string;
  readonly accessKeyId: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a service answers, or how it writes the answer itself. */
export type AwsAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Buffer;
    }
  | { readonly respond: (response: ServerResponse) => Promise<void> };

/** What a caller must be allowed. */
export interface AwsPermission {
  /** Such as `s3:GetObject`. */
  readonly action: string;
  /** ARN. */
  readonly resource: string;
}

/** One AWS service. */
export interface AwsService {
  /** What the request asks for. */
  operationOf(request: AwsRequest): { readonly operation: string; readonly input: unknown };
  /** @throws AwsError */
  answer(operation: string, input: unknown, request: AwsRequest, requestId: string): Promise<AwsAnswer>;
  /** What the role of a function needs for an operation; nothing for those that anybody may call. */
  permission(operation: string, input: unknown): AwsPermission | undefined;
  /** How the service writes an error. */
  failure(error: AwsError, requestId: string): AwsAnswer;
}

/**
 * Reads a request, and for which service it was signed. The signature itself is not verified.
 *
 * @throws AwsError `MissingAuthenticationTokenException`
 */
export async function readAwsRequest(incoming: IncomingMessage): Promise<AwsRequest> {
  const url = new URL(incoming.url ?? "/", "http://emulator");
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  const body = unchunked(await bodyOf(incoming), headers);
  const credential =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1] ?? url.searchParams.get("X-Amz-Credential");
  const [accessKeyId, , , service] = credential?.split("/") ?? [];
  if (accessKeyId === undefined || service === undefined)
    throw new AwsError(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  return {
    service,
    accessKeyId,
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
  };
}

/** Removes the framing that the SDKs put around a body whose checksum follows as a trailer. */
function unchunked(body: Buffer, headers: Readonly<Record<string, string>>): Buffer {
  if (!/aws-chunked/.test(headers["content-encoding"] ?? "")) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const line = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.toString("latin1", at, line), 16);
    if (!(size > 0)) break;
    parts.push(body.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

/** Writes an answer. */
export async function writeAwsAnswer(
  answer: AwsAnswer,
  requestId: string,
  response: ServerResponse,
): Promise<void> {
  if ("respond" in answer) return answer.respond(response);
  response.writeHead(answer.status, { "x-amzn-requestid": requestId, ...answer.headers });
  response.end(answer.body);
}

/** An answer in JSON. */
export function jsonAnswer(value: unknown, status = 200, type = "application/json"): AwsAnswer {
  return { status, headers: { "content-type": type }, body: JSON.stringify(value) };
}
