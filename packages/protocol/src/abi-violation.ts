import { DativoError } from "./error.js";

/** An `ABI_VIOLATION`: a peer broke a rule of the frame protocol. */
export function abiViolation(
  message: string,
  more: {
    readonly hint?: string;
    readonly details?: Readonly<Record<string, unknown>>;
    readonly cause?: unknown;
  } = {},
): DativoError {
  return new DativoError({ code: "ABI_VIOLATION", message, ...more });
}
