import { DativoError, isDativoError } from "@dativo/protocol";

/** Statuses of HTTP, which clients give as such or as the code of gRPC that stands for it. */
const STATUS_OF_CODE: Readonly<Record<number, number>> = {
  3: 400,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  10: 409,
  14: 503,
  16: 401,
};

/** Statuses that pass by themselves. */
const PASSING: ReadonlySet<unknown> = new Set([429, 500, 502, 503, 504]);

/** The status of HTTP of what a client threw; undefined when it got no answer. */
export function gcpStatus(thrown: unknown): number | undefined {
  const { code, status } = (thrown ?? {}) as { code?: unknown; status?: unknown };
  const number = Number(code ?? status);
  return Number.isInteger(number) ? (STATUS_OF_CODE[number] ?? number) : undefined;
}

/** Makes one error of ours of what a client of Google threw while something was done. */
export function gcpError(thrown: unknown, doing: string, signal?: AbortSignal): unknown {
  if (isDativoError(thrown)) return thrown;
  if (signal?.aborted === true) return signal.reason;
  const status = gcpStatus(thrown);
  const said = (thrown as Error).message;
  if (
    status === 401 ||
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
  return new DativoError({
    code: "CLOUD_DEPLOY_FAILED",
    message: `${doing} failed: ${said}`,
    retryable: PASSING.has(status),
    ...(status === 403 ? { hint: "Whoever deploys needs the permissions that docs/cloud.md lists." } : {}),
    details: { error_type: String(status ?? (thrown as Error).name) },
    cause: thrown,
  });
}
