import type { AwsError } from "./aws-error.js";
import type { AwsAnswer, AwsRequest } from "./aws-exchange.js";
import { xml } from "./xml.js";

/** What a request of the query protocol asks for: a form with `Action` and members such as `Tags.member.1.Key`. */
export function queryOperation({ body }: AwsRequest): {
  readonly operation: string;
  readonly input: Record<string, unknown>;
} {
  const { Action: operation = "", Version: _, ...input } = nested(new URLSearchParams(body.toString("utf8")));
  return { operation: String(operation), input };
}

/** A result in the query protocol. */
export function queryAnswer(
  operation: string,
  namespace: string,
  result: unknown,
  requestId: string,
): AwsAnswer {
  const content = result === undefined ? "" : `<${operation}Result>${xml(result)}</${operation}Result>`;
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body: `<${operation}Response xmlns="${namespace}">${content}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
  };
}

/** An error in the query protocol. */
export function queryFailure({ status, code, message }: AwsError, requestId: string): AwsAnswer {
  const body = {
    Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
    RequestId: requestId,
  };
  return {
    status,
    headers: { "content-type": "text/xml" },
    body: `<ErrorResponse>${xml(body)}</ErrorResponse>`,
  };
}

function nested(form: URLSearchParams): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of form) {
    const parts = name.split(".");
    let at: Record<string, unknown> = result;
    for (const part of parts.slice(0, -1)) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[parts.at(-1)!] = value;
  }
  return listed(result) as Record<string, unknown>;
}

/** Turns `{ member: { 1: a, 2: b } }` into a list. */
function listed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { member } = value as { member?: object };
  if (member !== undefined) return Object.values(member).map(listed);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, listed(each)]));
}
