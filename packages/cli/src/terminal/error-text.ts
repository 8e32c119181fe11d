import type { DativoError } from "@dativo/protocol";
import type { Colours } from "./output.js";

/** Page that explains every error code. */
const ERROR_PAGE = "docs/reference/errors.md";

/** Where an error's code is explained. */
export function errorLink(code: string): string {
  return `${ERROR_PAGE}#${code}`;
}

/**
 * An error for people: code and place, what was wrong, what to do, where to read more.
 *
 * Only `debug` adds stack, causes and details.
 */
export function errorText(
  error: DativoError,
  colours: Colours,
  options: { readonly debug: boolean },
): string[] {
  const lines: string[] = [];
  const issues = issuesOf(error);
  issues.forEach((issue, index) => {
    if (index > 0) lines.push("");
    const head = [`${colours.red("✖")} ${colours.bold(issue.code)}`, place(issue), issue.key];
    lines.push(head.filter((part) => part !== undefined && part !== "").join("  "));
    lines.push(...indented(issue.problem));
    if (issue.hint !== undefined && issue.hint !== "") lines.push(...indented(issue.hint));
    lines.push(`  ${colours.dim(errorLink(issue.code))}`);
  });
  if (options.debug) lines.push("", ...indented(stackOf(error)).map((line) => colours.dim(line)));
  return lines;
}

interface Issue {
  readonly code: string;
  readonly file?: unknown;
  readonly line?: unknown;
  readonly column?: unknown;
  readonly key?: string;
  readonly problem: string;
  readonly hint?: string | undefined;
}

/** Plugins may put issues of another form into the details of their errors. */
function isIssue(value: unknown): value is Issue {
  const { code, problem } = (value ?? {}) as Partial<Record<keyof Issue, unknown>>;
  return typeof code === "string" && typeof problem === "string";
}

/** An error about a file may hold several things to mend; any other error is one. */
function issuesOf(error: DativoError): readonly Issue[] {
  const { issues, file, line, column, key, problem } = error.details;
  if (Array.isArray(issues) && issues.length > 0 && issues.every(isIssue)) return issues;
  const told = typeof problem === "string" ? problem : error.message;
  return [
    {
      code: error.code,
      file,
      line,
      column,
      problem: told,
      hint: error.hint,
      ...(typeof key === "string" ? { key } : {}),
    },
  ];
}

function place({ file, line, column }: Issue): string | undefined {
  if (typeof file !== "string") return undefined;
  return [file, line, column]
    .filter((part) => typeof part === "string" || typeof part === "number")
    .join(":");
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => (line === "" ? "" : `  ${line}`));
}

function stackOf(error: DativoError): string {
  // An error that came from a plugin or a report brings the stack of where it was thrown.
  const { stack: thrownAt, ...details } = error.details;
  const parts = [typeof thrownAt === "string" ? thrownAt : (error.stack ?? String(error))];
  if (Object.keys(details).length > 0) parts.push(`details: ${JSON.stringify(details, jsonSafe)}`);
  for (let cause = error.cause, depth = 0; cause !== undefined && depth < 8; depth++) {
    parts.push(`caused by: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return parts.join("\n");
}

function jsonSafe(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
