import { DativoError, isDativoError } from "@dativo/protocol";

/** Codes of gRPC, which the REST client gives too. */
export const GRPC = { notFound: 5, alreadyExists: 6, permissionDenied: 7, unauthenticated: 16 } as const;

/** Codes and statuses that pass by themselves: too much at once, aborted by another, unavailable. */
const PASSING: ReadonlySet<unknown> = new Set([8, 10, 14, 429, 500, 502, 503, 504]);

/** The code of gRPC or the status of HTTP of what was thrown. */
export function gcpErrorCode(thrown: unknown): unknown {
  const { code, status } = (thrown ?? {}) as { code?: unknown; status?: unknown };
  return code ?? status;
}

/** Makes one error of ours of what a client of Google threw while something was done. */
export function gcpError(thrown: unknown, doing: string, signal?: AbortSignal): unknown {
  if (isDativoError(thrown)) return thrown;
  if (signal?.aborted === true) return signal.reason;
  const code = gcpErrorCode(thrown);
  const said = (thrown as Error).message;
  if (
    code === GRPC.unauthenticated ||
    code === 401 ||
    /Could not load the default credentials|invalid_grant|invalid_rapt|Unable to detect a Project Id/.test(
      said,
    )
  )
    return new DativoError({
      code: "CLOUD_CREDENTIALS_MISSING",
      message: `${doing} failed: ${said}`,
      hint: "Sign in as Google's tools do: gcloud auth application-default login, or GOOGLE_APPLICATION_CREDENTIALS.",
      cause: thrown,
    });
  const denied = code === GRPC.permissionDenied || code === 403;
  return new DativoError({
    code: "CLOUD_DEPLOY_FAILED",
    message: `${doing} failed: ${said}`,
    retryable: PASSING.has(code),
    ...(denied ? { hint: "Whoever deploys needs the permissions that docs/cloud.md lists." } : {}),
    details: { error_type: String(code ?? (thrown as Error).name) },
    cause: thrown,
  });
}
