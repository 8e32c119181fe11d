import type { CheckResult, ContractReport } from "../run/report.js";
import { failureText } from "./failure-text.js";

/** A report in the Test Anything Protocol, version 14. */
export function tapReport(report: ContractReport): string {
  const results = report.subjects.flatMap(({ plugin, checks }) =>
    checks.map((check) => ({ plugin: plugin.name, check })),
  );
  const lines = ["TAP version 14", `1..${results.length}`];
  results.forEach(({ plugin, check }, index) => {
    const mark = check.status === "failed" ? "not ok" : "ok";
    lines.push(
      `${mark} ${index + 1} - ${escaped(`${plugin} ${check.id} ${check.title}`)}${directive(check)}`,
    );
    if (check.status === "failed")
      lines.push(
        "  ---",
        "  message: |",
        ...failureText(check)
          .split("\n")
          .map((line) => `    ${line}`.trimEnd()),
        "  ...",
      );
  });
  return lines.join("\n");
}

function directive({ status, reason }: CheckResult): string {
  return status === "skipped" || status === "not_applicable" ? ` # SKIP ${escaped(reason ?? "")}` : "";
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("#", "\\#").replaceAll("\n", " ");
}
