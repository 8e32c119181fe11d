import { DativoError, isDativoError } from "@dativo/protocol";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const PASSING = new Set(["EMFILE", "ENFILE", "EAGAIN", "EBUSY", "EINTR"]);

/** Makes a `DativoError` of a failed file operation: `TARGET_FULL`, `TARGET_UNWRITABLE`, or `TRANSIENT_ERROR`. */
export function fileError(thrown: unknown, path: string, action: string): DativoError {
  if (isDativoError(thrown)) return thrown;
  const system = (thrown as NodeJS.ErrnoException | undefined)?.code ?? "unknown error";
  const details = { path, action, system_code: system };
  if (FULL.has(system))
    return new DativoError({
      code: "TARGET_FULL",
      message: `There is no space left to ${action} ${path} (${system}).`,
      details,
      cause: thrown,
    });
  if (PASSING.has(system))
    return new DativoError({
      code: "TRANSIENT_ERROR",
      message: `Could not ${action} ${path} (${system}).`,
      details,
      cause: thrown,
    });
  return new DativoError({
    code: "TARGET_UNWRITABLE",
    message: `Could not ${action} ${path} (${system}).`,
    hint:
      system === "EROFS"
        ? "The file system is read-only; set STATE_DIR to a folder that can be written to."
        : "Check that the folder exists and that this user may write there, or set STATE_DIR to another folder.",
    details,
    cause: thrown,
  });
}

/** Says whether an error means that there is no such file. */
export function isMissing(thrown: unknown): boolean {
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
  return code === "ENOENT" || code === "ENOTDIR";
}
