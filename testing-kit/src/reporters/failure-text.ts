import type { CheckResult } from "../run/report.js";

/** What a failed check says, as text. */
export function failureText({ title, clause, failure }: CheckResult): string {
  if (failure === undefined) return "";
  const parts = [`${title} (contract ${clause})`, "", failure.happened];
  if (failure.difference !== undefined)
    parts.push("", ...failure.difference.split("\n").map((line) => `    ${line}`), "");
  if (failure.advice !== undefined) parts.push(failure.advice);
  parts.push(`Reproduce: ${failure.reproduce}`);
  return parts.join("\n");
}
