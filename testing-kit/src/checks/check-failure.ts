/** What a failed check has to say. */
export interface FailureReport {
  /** What happened, in sentences, one a line. */
  readonly happened: string;
  /** What shows it: the smallest input, or two sides side by side. */
  readonly difference?: string | undefined;
  /** What to do about it. */
  readonly advice?: string | undefined;
}

/** Thrown by a check when the plugin does not keep the promise. */
export class CheckFailure extends Error {
  override readonly name = "CheckFailure";

  constructor(readonly report: FailureReport) {
    super(report.happened);
  }
}

/** Thrown by a check that finds, once it looks, that the plugin has nothing it could be about. */
export class NotApplicable extends Error {
  override readonly name = "NotApplicable";
}

/** Fails the check. */
export function fail(happened: string, rest: Omit<FailureReport, "happened"> = {}): never {
  throw new CheckFailure({ happened, ...rest });
}

/** Says that the check does not apply, and why. */
export function notApplicable(reason: string): never {
  throw new NotApplicable(reason);
}
