import { DativoError, ERROR_CATALOGUE, type ErrorCode } from "@dativo/protocol";

/** One thing that is wrong with a job or asset file. */
export interface ConfigIssue {
  readonly code: ErrorCode;
  /** As the user named it, relative to where they are when it is below. */
  readonly file: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
  /** Key path such as `source.credentials.api_key`; empty for the whole file. */
  readonly key: string;
  /** What is wrong, in one sentence, without the place. */
  readonly problem: string;
  readonly hint: string;
}

/** What an issue is made of: the catalogue's hint stands in for a missing one. */
export type ConfigIssueInit = Omit<ConfigIssue, "hint" | "key"> & {
  readonly hint?: string;
  readonly key?: string;
};

/** Completes an issue with the catalogue's hint. */
export function configIssue(init: ConfigIssueInit): ConfigIssue {
  return { ...init, key: init.key ?? "", hint: init.hint ?? ERROR_CATALOGUE[init.code].hint };
}

/**
 * Makes one error of everything that is wrong with a file, in the order of the file.
 *
 * Its code and hint are those of the first issue; `details` holds the first issue's `file`, `line`, `column`,
 * `key` and `problem`, and all of them as `issues`.
 */
export function configError(issues: readonly [ConfigIssue, ...ConfigIssue[]], cause?: unknown): DativoError {
  const [first] = issues;
  return new DativoError({
    code: first.code,
    message: issues.map(issueLine).join("\n"),
    hint: first.hint,
    details: {
      file: first.file,
      ...(first.line === undefined ? {} : { line: first.line, column: first.column }),
      ...(first.key === "" ? {} : { key: first.key }),
      problem: first.problem,
      issues,
    },
    cause,
  });
}

/** Throws what `configError` makes, when there is anything. */
export function throwIssues(issues: readonly ConfigIssue[]): void {
  const [first, ...rest] = [...issues].sort(byPlace);
  if (first !== undefined) throw configError([first, ...rest]);
}

function issueLine(issue: ConfigIssue): string {
  const place = issue.line === undefined ? issue.file : `${issue.file}:${issue.line}:${issue.column}`;
  return issue.key === "" ? `${place}: ${issue.problem}` : `${place} ${issue.key}: ${issue.problem}`;
}

function byPlace(a: ConfigIssue, b: ConfigIssue): number {
  if (a.file !== b.file) return 0;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
