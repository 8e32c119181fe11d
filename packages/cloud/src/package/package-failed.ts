import { DativoError } from "@dativo/protocol";

/** The error of a plugin that cannot be packaged. */
export function packageFailed(
  message: string,
  hint: string,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): DativoError {
  return new DativoError({ code: "CLOUD_PACKAGE_FAILED", message, hint, details, cause });
}
