import { DativoError, isDativoError } from "@dativo/protocol";

/** Errors of the SDK that mean that nobody is signed in, or not any more. */
const NOT_SIGNED_IN: ReadonlySet<string> = new Set([
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "TokenProviderError",
  "UnrecognizedClientException",
]);

/** Errors that pass by themselves. */
const PASSING =
  /^(?:TooManyRequests|Throttling|RequestLimitExceeded|ServiceUnavailable|ServiceException|InternalFailure|InternalServerError|TimeoutError|NetworkingError|ECONN|ENOTFOUND|EAI_AGAIN)/;

/** The name of an error of the SDK, such as `ResourceNotFoundException`. */
export function awsErrorName(thrown: unknown): string {
  const { name, code } = (thrown ?? {}) as { name?: unknown; code?: unknown };
  return typeof name === "string" && name !== "Error" ? name : String(code ?? "Error");
}

/** Makes one error of ours of what the SDK threw while something was done. */
export function awsError(thrown: unknown, doing: string, signal?: AbortSignal): unknown {
  if (isDativoError(thrown)) return thrown;
  if (signal?.aborted === true) return signal.reason;
  const name = awsErrorName(thrown);
  const said = (thrown as Error).message;
  if (NOT_SIGNED_IN.has(name) || /^Region is missing/.test(said))
    return new DativoError({
      code: "CLOUD_CREDENTIALS_MISSING",
      message: `${doing} failed: ${said}`,
      hint: /^Region is missing/.test(said)
        ? "Write aws.region in cloud_execution, or set AWS_REGION."
        : "Sign in as the AWS tools do: aws configure, aws sso login, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
      details: { error_type: name },
      cause: thrown,
    });
  return new DativoError({
    code: "CLOUD_DEPLOY_FAILED",
    message: `${doing} failed: ${name}: ${said}`,
    retryable: PASSING.test(name),
    ...(/AccessDenied/.test(name)
      ? { hint: "Whoever deploys needs the permissions that docs/cloud.md lists." }
      : {}),
    details: { error_type: name },
    cause: thrown,
  });
}
