import { type ConnectionTestResult, isDativoError, NOT_IMPLEMENTED, toDativoError } from "@dativo/protocol";
import { isNetworkError } from "../http/network-error.js";

/** What a plugin without a check of its own answers: unknown, never success. */
export function notImplemented(): ConnectionTestResult {
  return {
    success: false,
    message: "The plugin does not implement a connection check.",
    error_code: NOT_IMPLEMENTED,
  };
}

/** Makes a failed check of what was thrown; a cancelled check is thrown on. */
export function failedCheck(thrown: unknown, signal: AbortSignal): ConnectionTestResult {
  if (signal.aborted || (isDativoError(thrown) && thrown.code === "PLUGIN_WRONG_SHAPE")) throw thrown;
  const error = toDativoError(thrown, {
    code: isNetworkError(thrown) ? "CONNECTION_FAILED" : "PLUGIN_ERROR",
  });
  return {
    success: false,
    message: error.message,
    error_code: error.code,
    details: { ...error.details, ...(error.hint === undefined ? {} : { hint: error.hint }) },
  };
}
