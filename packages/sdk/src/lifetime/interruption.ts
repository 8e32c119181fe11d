import { DativoError, isDativoError } from "@dativo/protocol";

/** The error of an operation that was cancelled: the reason itself where it is one of ours. */
export function interruption(signal: AbortSignal): DativoError {
  const reason: unknown = signal.reason;
  if (isDativoError(reason)) return reason;
  return new DativoError({ code: "INTERRUPTED", message: "The operation was cancelled.", cause: reason });
}
