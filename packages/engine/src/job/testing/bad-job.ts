import { expect, it } from "vitest";
import type { ConfigIssue } from "../config-error.js";
import { type ReadJobOptions, readJobFile } from "../read-job-file.js";
import { errorOf, project } from "./project.js";

/** A job that is refused, and how. */
export interface BadJob {
  readonly name: string;
  /** Content of job.yaml. */
  readonly job?: string | Uint8Array;
  readonly files?: Readonly<Record<string, string>>;
  /** @default job.yaml */
  readonly path?: string;
  readonly options?: ReadJobOptions;
  readonly code: string;
  /** `file:line:column key`, or its beginning when it ends with a colon. */
  readonly at: string;
  readonly says: RegExp;
  readonly hint: RegExp;
}

export const SOURCE = "source:\n  type: csv\n";
export const TARGET = "target:\n  type: parquet\n";
export const GOOD = SOURCE + TARGET;

/** Checks that each job is refused with the code, place, message and hint given, and that no secret is quoted. */
export function itRefuses(cases: readonly BadJob[]): void {
  it.each(cases)("refuses $name", ({ job, files, path, options, code, at, says, hint }) => {
    const cwd = project({ ...(job === undefined ? {} : { "job.yaml": job }), ...files });
    const error = errorOf(() =>
      readJobFile(path ?? "job.yaml", {
        cwd,
        env: {},
        readerTypes: ["csv", "jsonl", "parquet"],
        writerTypes: ["csv", "parquet", "duckdb"],
        ...options,
      }),
    );
    const [issue] = error.details.issues as ConfigIssue[];
    const place = issue?.line === undefined ? issue?.file : `${issue.file}:${issue.line}:${issue.column}`;
    const found = issue?.key === "" ? place : `${place} ${issue?.key}`;
    expect({ code: error.code, at: at.endsWith(":") ? found?.slice(0, at.length) : found }).toEqual({
      code,
      at,
    });
    expect(issue?.problem).toMatch(says);
    expect(error.hint).toMatch(hint);
    expect(error.message).toContain(issue?.problem);
    expect(error.retryable).toBe(false);
    expect(`${error.message}${error.hint}${JSON.stringify(error.details)}`).not.toContain("unter22");
  });
}
