/** What an AWS service answers instead of a result. */
export class AwsError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Further members of the answer. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** A value that the service does not take. */
export function invalidParameter(message: string): AwsError {
  return new AwsError(400, "InvalidParameterValueException", message);
}

/** A value outside of what the model of the service allows, in the words that all AWS services share. */
export function failedConstraint(member: string, value: unknown, constraint: string): AwsError {
  return new AwsError(
    400,
    "ValidationException",
    `1 validation error detected: Value '${String(value)}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
