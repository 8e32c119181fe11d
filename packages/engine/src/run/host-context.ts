import type { HostContext, LogRecord } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";

/** What surrounds the plugins of a job while they work for a run, or for none. */
export function hostContext(
  job: ResolvedJob,
  runId: string,
  signal: AbortSignal,
  log: (record: LogRecord) => void,
): HostContext {
  return {
    signal,
    log,
    redactor: job.redactor,
    run: { id: runId, job: job.key },
    projectRoot: job.projectRoot,
  };
}
