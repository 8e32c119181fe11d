import type { Json } from "@dativo/protocol";
import { toRunError } from "../report/build-report.js";
import type { RunReport } from "../report/run-report.js";
import { RunDirectory } from "../store/run-directory.js";
import { faultPoint } from "../testing-faults/fault-points.js";
import type { Execution } from "./execute.js";
import type { ResumePoint } from "./resume-point.js";

/**
 * Writes the report and closes the run, which stays open for the next one to take up when something of it is left.
 *
 * A report that cannot be written, as on a full disk, is still returned.
 */
export async function conclude(
  report: RunReport,
  execution: Execution,
  resume: ResumePoint,
): Promise<RunReport> {
  const { session, job } = execution;
  try {
    faultPoint("report.before");
    await session.directory.writeReport(report as unknown as Json);
    faultPoint("run.finished.before");
    const done = report.exit_code <= 1;
    const left = done && !session.intent.limited ? await resume.pending(session.intent, job) : [];
    await session.journal.append({
      type: "run_finished",
      status: left.length === 0 ? report.status : "partial",
    });
    faultPoint("run.finished.after");
    await RunDirectory.prune(job.stateDir);
    return report;
  } catch (thrown) {
    const { message } = toRunError(thrown);
    return { ...report, warnings: [...report.warnings, `The run could not be closed properly: ${message}`] };
  }
}
