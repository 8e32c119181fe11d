import { CONTRACT_VERSION } from "@dativo/protocol";
import type { Subject } from "../plugin/subject.js";
import { kitVersion } from "../version.js";
import { type ContractReport, REPORT_VERSION, type SubjectReport, summaryOf } from "./report.js";
import { type RunChecksOptions, runChecks } from "./run-checks.js";

/** Runs the checks of several plugins, one after the other, into one report. */
export async function runContract(
  subjects: readonly Subject[],
  options: RunChecksOptions,
): Promise<ContractReport> {
  const started = performance.now();
  const reports: SubjectReport[] = [];
  for (const subject of subjects) reports.push(await runChecks(subject, options));
  return {
    report_version: REPORT_VERSION,
    kit: {
      version: kitVersion(),
      contract: CONTRACT_VERSION,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    },
    seed: options.seed,
    tier: options.tier ?? "offline",
    subjects: reports,
    summary: summaryOf(reports.flatMap(({ checks }) => checks)),
    seconds: Math.round(performance.now() - started) / 1000,
  };
}
