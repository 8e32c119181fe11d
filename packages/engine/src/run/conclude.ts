import type { Json } from "@dativo/protocol";
import { toRunError } from "../report/build-report.js";
import type { RunReport } from "../report/run-report.js";
import { RunDirectory } from "../store/run-directory.js";
import { faultPoint } from "../testing-faults/fault-points.js";
import type { Session } from "./session.js";

/** What a run is closed with. */
export interface Conclusion {
  readonly session: Pick<Session, "directory" | "journal">;
  /** What is still to be done of a run that did not fail. */
  readonly left: () => Promise<readonly string[]>;
  /** Folder of runs, of which old ones are removed; undefined for a part of a run. */
  readonly stateDir: string | undefined;
}

/**
 * Writes the report and closes the run, which stays open for the next one to take up when something of it is left.
 *
 * A report that cannot be written, as on a full disk, is still returned.
 */
export async function conclude(report: RunReport, conclusion: Conclusion): Promise<RunReport> {
  const { session, stateDir } = conclusion;
  try {
    faultPoint("report.before");
    await session.directory.writeReport(report as unknown as Json);
    faultPoint("run.finished.before");
    const left = report.exit_code <= 1 ? await conclusion.left() : [];
    await session.journal.append({
      type: "run_finished",
      status: left.length === 0 ? report.status : "partial",
    });
    faultPoint("run.finished.after");
    if (stateDir !== undefined) await RunDirectory.prune(stateDir);
    return report;
  } catch (thrown) {
    const { message } = toRunError(thrown);
    return { ...report, warnings: [...report.warnings, `The run could not be closed properly: ${message}`] };
  }
}
