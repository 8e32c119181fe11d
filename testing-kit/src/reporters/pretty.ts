import pc from "picocolors";
import { GROUPS } from "../checks/check.js";
import type { CheckResult, ContractReport, SubjectReport } from "../run/report.js";

type Colours = ReturnType<typeof pc.createColors>;

const LANGUAGES: Readonly<Record<string, string>> = {
  node: "TypeScript",
  native: "native",
  python: "Python",
};

/** A report for people, in lines. */
export function prettyReport(report: ContractReport, colours: boolean): string[] {
  const paint = pc.createColors(colours);
  const lines = report.subjects.flatMap((subject) => subjectLines(subject, report, paint));
  const { passed, failed, skipped, not_applicable } = report.summary;
  const parts = [
    paint.green(`${passed} passed`),
    failed > 0 ? paint.red(`${failed} failed`) : "0 failed",
    skipped > 0 ? paint.yellow(`${skipped} skipped`) : "0 skipped",
    `${not_applicable} not applicable`,
  ];
  return [...lines, `${parts.join(", ")}   ${report.seconds.toFixed(1)} s`];
}

function subjectLines(subject: SubjectReport, { seed, tier }: ContractReport, paint: Colours): string[] {
  const { plugin, checks, world } = subject;
  const language = LANGUAGES[plugin.runtime] ?? plugin.runtime;
  const head = [
    `${paint.bold(plugin.name)} (${plugin.kind}, ${language})`,
    `${checks.length} checks`,
    world === "no network" ? world : `mock API ${world}`,
    ...(tier === "offline" ? [] : [`tier ${tier}`]),
    `seed ${seed}`,
  ];
  const lines = [head.join("  ·  "), ""];
  for (const group of GROUPS) {
    const line = groupLine(
      group,
      checks.filter((check) => check.group === group),
      paint,
    );
    if (line !== undefined) lines.push(line);
  }
  lines.push("");
  for (const check of checks.filter(({ status }) => status === "failed"))
    lines.push(...failureLines(check, paint), "");
  for (const [reason, skipped] of byReason(checks)) lines.push(...skippedLines(reason, skipped, paint), "");
  return lines;
}

/** Skipped checks by the reason they share, such as a plain read that failed. */
function byReason(checks: readonly CheckResult[]): Map<string, CheckResult[]> {
  const found = new Map<string, CheckResult[]>();
  for (const check of checks.filter(({ status }) => status === "skipped")) {
    const reason = check.reason ?? "";
    found.set(reason, [...(found.get(reason) ?? []), check]);
  }
  return found;
}

function skippedLines(reason: string, skipped: readonly CheckResult[], paint: Colours): string[] {
  const [first] = skipped;
  const what =
    skipped.length === 1 ? `${first?.id}  ${first?.title}` : skipped.map(({ id }) => id).join(", ");
  return [paint.yellow(`- ${what}`), `    skipped: ${reason}`];
}

function groupLine(group: string, checks: readonly CheckResult[], paint: Colours): string | undefined {
  const ran = checks.filter(({ status }) => status !== "not_applicable");
  if (checks.length === 0) return undefined;
  const name = group.padEnd(18);
  if (ran.length === 0) return `  ${paint.dim(`· ${name} not applicable`)}`;
  const failed = ran.filter(({ status }) => status === "failed").length;
  const skipped = ran.filter(({ status }) => status === "skipped").length;
  if (failed > 0) return `  ${paint.red("✖")} ${name} ${failed} of ${ran.length} failed`;
  if (skipped > 0) return `  ${paint.yellow("-")} ${name} ${ran.length - skipped}, ${skipped} skipped`;
  return `  ${paint.green("✔")} ${name} ${ran.length}`;
}

/** Column at which the clause stands. */
const CLAUSE_COLUMN = 92;

function failureLines({ id, title, clause, failure }: CheckResult, paint: Colours): string[] {
  const head = `✖ ${id}  ${title}`;
  const lines = [
    `${paint.red("✖")} ${paint.bold(id)}  ${title}${" ".repeat(Math.max(2, CLAUSE_COLUMN - head.length))}${paint.dim(`contract ${clause}`)}`,
  ];
  if (failure === undefined) return lines;
  lines.push(...failure.happened.split("\n").map((line) => `  ${line}`));
  if (failure.difference !== undefined)
    lines.push("", ...failure.difference.split("\n").map((line) => `      ${line}`), "");
  if (failure.advice !== undefined) lines.push(`  ${failure.advice}`);
  lines.push(`  ${paint.dim(`Reproduce: ${failure.reproduce}`)}`);
  return lines;
}
