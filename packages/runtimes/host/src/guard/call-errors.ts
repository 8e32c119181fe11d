import { DativoError, isDativoError } from "@dativo/protocol";
import { faultMessage } from "./plugin-fault.js";

/** A call that yielded and returned nothing for too long; `isFinal` says that nothing can end it. */
export function timeoutError(plugin: string, call: string, seconds: number, isFinal = false): DativoError {
  return new DativoError({
    code: "PLUGIN_TIMEOUT",
    message: faultMessage(plugin, call, `it made no progress for ${seconds} s.`),
    ...(isFinal
      ? {
          retryable: false,
          hint: "Native code cannot be stopped in this process: with plugins.sandbox.enabled: true it can, and is tried again.",
        }
      : {}),
    details: { plugin, call, timeout_seconds: seconds },
  });
}

/** A call that was cancelled; the reason of the cancellation when that is an error of its own. */
export function interruptedError(
  plugin: string,
  call: string,
  reason: unknown,
  cause?: unknown,
): DativoError {
  if (isDativoError(reason)) return reason;
  return new DativoError({
    code: "INTERRUPTED",
    message: `Plugin "${plugin}" was interrupted in ${call}.`,
    details: { plugin, call },
    cause,
  });
}

/** Something other than the contract asks for. */
export function wrongShapeError(plugin: string, call: string, expected: string, got: string): DativoError {
  return new DativoError({
    code: "PLUGIN_WRONG_SHAPE",
    message: faultMessage(plugin, call, `expected ${expected}, got ${got}.`),
    details: { plugin, call, expected, got },
  });
}
