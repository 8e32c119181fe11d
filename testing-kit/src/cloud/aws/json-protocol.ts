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

/** What an operation of a service answers in the JSON protocol; one that the service lacks is refused. */
export function jsonResult<Input>(
  service: string,
  operations: Readonly<Record<string, (input: Input) => unknown>>,
  operation: string,
  input: unknown,
): AwsAnswer {
  const act = operations[operation];
  if (act === undefined)
    throw new AwsError(
      400,
      "UnknownOperationException",
      `The emulator has no operation ${operation} of ${service}`,
    );
  return jsonAnswer(act(input as Input) ?? {}, 200, TYPE);
}

/** An error in the JSON protocol. */
export function jsonFailure({ status, code, message, members }: AwsError): AwsAnswer {
  return jsonAnswer({ __type: code, message, ...members }, status, TYPE);
}
