import type { RunDirectory } from "../store/run-directory.js";
import { type RunReport, runReportSchema } from "./run-report.js";

/** The report of a run; undefined when the run has not got that far. */
export async function readReport(directory: RunDirectory): Promise<RunReport | undefined> {
  const stored = await directory.readReport();
  return stored === undefined ? undefined : runReportSchema.parse(stored);
}
