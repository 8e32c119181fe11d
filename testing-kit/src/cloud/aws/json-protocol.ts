import { AwsError } from "./aws-error.js";
import { type AwsAnswer, type AwsRequest, jsonAnswer } from "./aws-exchange.js";

const TYPE = "application/x-amz-json-1.1";

/** What a request of the JSON protocol asks for: the operation in a header, its input as the body. */
export function jsonOperation({ headers, body }: AwsRequest): {
  readonly operation: string;
  readonly input: Record<string, unknown>;
} {
  const operation = headers["x-amz-target"]?.split(".").at(-1) ?? "";
  try {
    return { operation, input: JSON.parse(body.toString("utf8") || "{}") as Record<string, unknown> };
  } catch {
    throw new AwsError(400, "SerializationException", "The body is no JSON");
  }
}

/** A result in the JSON protocol. */
export function jsonResult(result: unknown): AwsAnswer {
  return jsonAnswer(result ?? {}, 200, TYPE);
}

/** An error in the JSON protocol. */
export function jsonFailure({ status, code, message, members }: AwsError): AwsAnswer {
  return jsonAnswer({ __type: code, message, ...members }, status, TYPE);
}
