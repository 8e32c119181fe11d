import { DativoError, isDativoError } from "@dativo/protocol";
import { faultMessage } from "./plugin-fault.js";

/** A call that yielded and returned nothing for too long. */
export function timeoutError(plugin: string, call: string, seconds: number): DativoError {
  return new DativoError({
    code: "PLUGIN_TIMEOUT",
    message: faultMessage(plugin, call, `it made no progress for ${seconds} s.`),
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
