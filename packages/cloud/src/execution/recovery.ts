import { setTimeout as sleep } from "node:timers/promises";
import { DativoError, isDativoError } from "@dativo/protocol";

/** How often, and after how long, a function that ended without an answer is invoked again. */
export interface RecoveryPolicy {
  /** Failures in a row without any progress that are borne. @default 4 */
  readonly maxFailures: number;
  /** Milliseconds before the second attempt without progress; each further one doubles it. @default 500 */
  readonly firstDelayMs: number;
  /** @default 30000 */
  readonly maxDelayMs: number;
}

export const DEFAULT_RECOVERY: RecoveryPolicy = { maxFailures: 4, firstDelayMs: 500, maxDelayMs: 30_000 };

/** Errors of invocations that broke off, as opposed to those that a plugin reported. */
const BROKEN_OFF = new Set(["CLOUD_INVOCATION_FAILED", "UNEXPECTED_END"]);

/** Says whether an invocation broke off in a way that another one may not. */
export function brokeOff(error: unknown): error is DativoError {
  return isDativoError(error) && BROKEN_OFF.has(error.code) && error.details.plugin === undefined;
}

/** Counts invocations that brought nothing, and waits between them. */
export class Recovery {
  private failures = 0;

  constructor(
    private readonly name: string,
    private readonly policy: RecoveryPolicy = DEFAULT_RECOVERY,
  ) {}

  /**
   * Takes note of an invocation that broke off, or that ended early, and waits before the next one.
   *
   * @throws DativoError `CLOUD_NO_PROGRESS` when too many in a row brought nothing
   */
  async next(progressed: boolean, cause: DativoError | undefined, signal: AbortSignal): Promise<void> {
    if (progressed) {
      this.failures = 0;
      return;
    }
    this.failures += 1;
    if (this.failures > this.policy.maxFailures) throw noProgress(this.name, this.failures, cause);
    const delay = Math.min(this.policy.maxDelayMs, this.policy.firstDelayMs * 2 ** (this.failures - 1));
    await sleep(delay * (0.75 + Math.random() / 2), undefined, { signal });
  }
}

function noProgress(name: string, failures: number, cause: DativoError | undefined): DativoError {
  const why = cause === undefined ? "it stopped before it reached a checkpoint" : cause.message;
  return new DativoError({
    code: "CLOUD_NO_PROGRESS",
    message: `The function ${name} was invoked ${failures} times in a row without getting any further: ${why}`,
    details: { ...cause?.details, function: name, failures },
    cause,
  });
}
