import type { CheckResult, ContractReport, SubjectReport } from "../run/report.js";
import { failureText } from "./failure-text.js";

/**
 * A report as JUnit XML, in the dialect of the Jenkins schema: one suite a plugin, one case a check.
 *
 * Libraries for it leave out why something was skipped, which here is half of what a report says.
 */
export function junitReport(report: ContractReport): string {
  const { passed, failed, skipped, not_applicable } = report.summary;
  const tests = passed + failed + skipped + not_applicable;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dativo-test contract" tests="${tests}" failures="${failed}" time="${report.seconds.toFixed(3)}">`,
    ...report.subjects.flatMap(suiteLines),
    "</testsuites>",
  ].join("\n");
}

function suiteLines({ plugin, checks, summary }: SubjectReport): string[] {
  const time = checks.reduce((sum, { seconds }) => sum + seconds, 0);
  const attributes = [
    `name="${escaped(`${plugin.name} (${plugin.kind})`)}"`,
    `tests="${checks.length}"`,
    `failures="${summary.failed}"`,
    'errors="0"',
    `skipped="${summary.skipped + summary.not_applicable}"`,
    `time="${time.toFixed(3)}"`,
  ];
  const cases = checks.flatMap((check) => caseLines(plugin.name, check));
  return [`  <testsuite ${attributes.join(" ")}>`, ...cases, "  </testsuite>"];
}

function caseLines(plugin: string, check: CheckResult): string[] {
  const { id, title, group, clause, status, reason, seconds } = check;
  const start = `    <testcase classname="${escaped(`${plugin}.${group}`)}" name="${escaped(`${id} ${title}`)}" time="${seconds.toFixed(3)}"`;
  if (status === "passed") return [`${start}/>`];
  const inside =
    check.failure === undefined
      ? `<skipped message="${escaped(reason ?? "")}"/>`
      : `<failure type="contract ${escaped(clause)}" message="${escaped(check.failure.happened)}">${escaped(failureText(check))}</failure>`;
  return [`${start}>`, `      ${inside}`, "    </testcase>"];
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

/** Text of an element or an attribute; XML 1.0 has no way to write most control characters. */
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is replaced
  const printable = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
  return printable.replace(/[&<>"\n]/g, (sign) => ENTITIES[sign] as string);
}
