import { DativoError } from "@dativo/protocol";
import type { RunLock } from "../store/run-lock.js";

/** The lock of a job, and what ends its run. */
export interface HeldRun {
  readonly lock: RunLock;
  /** Aborted when the run is cancelled or the lock is lost. */
  readonly signal: AbortSignal;
  /** Aborted when the run is cancelled. */
  readonly cancelled: AbortSignal;
}

/** The error of a run that was cancelled. */
export function interrupted(cause: unknown): DativoError {
  return new DativoError({ code: "INTERRUPTED", message: "The run was interrupted.", cause });
}
