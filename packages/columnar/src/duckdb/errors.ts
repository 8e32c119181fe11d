import { DativoError, type ErrorCode } from "@dativo/protocol";

const FULL = /no space left|ENOSPC|disk quota exceeded|max_temp_directory_size/i;
const UNWRITABLE = /permission denied|read-only|read only|EACCES|EROFS|EPERM|operation not permitted/i;

/**
 * Makes an error of a message of DuckDB.
 *
 * Only what stands before the first line break is kept: DuckDB quotes the statement after it, and a statement may
 * hold credentials.
 */
export function duckDbError(message: string | null | undefined): DativoError {
  const line = (message ?? "").split("\n", 1)[0]?.trim() || "DuckDB reported an error without a message.";
  const code: ErrorCode = FULL.test(line)
    ? "TARGET_FULL"
    : UNWRITABLE.test(line)
      ? "TARGET_UNWRITABLE"
      : "DUCKDB_ERROR";
  return new DativoError({ code, message: line });
}

/** The error of a call on a connection or database that was closed. */
export function closedError(what: "connection" | "database"): DativoError {
  return new DativoError({
    code: "DUCKDB_ERROR",
    message: `The ${what} to the embedded DuckDB is closed.`,
    hint: "Open a new one; a closed one cannot be used again.",
  });
}

/** The error of a statement that was stopped by its abort signal. */
export function interruptedError(signal: AbortSignal): DativoError {
  return new DativoError({
    code: "INTERRUPTED",
    message: "The statement was interrupted.",
    cause: signal.reason,
  });
}
