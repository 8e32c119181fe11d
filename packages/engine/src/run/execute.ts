import type { ResolvedJob } from "../job/resolved-job.js";
import type { PartitionTask } from "../partition/partition-task.js";
import type { Plan } from "../plan/plan.js";
import { buildReport, type RunNotes } from "../report/build-report.js";
import { rounded } from "../report/object-report.js";
import type { RunReport } from "../report/run-report.js";
import type { StateStore } from "../store/state-store.js";
import { faultPoint } from "../testing-faults/fault-points.js";
import { attempt } from "./attempt.js";
import { conclude } from "./conclude.js";
import { discardStray } from "./discard-stray.js";
import { type HeldRun, interrupted } from "./held-run.js";
import { LetterFile } from "./letter-file.js";
import { placeOutcomes } from "./place-outcomes.js";
import type { PluginHolder } from "./plugin-holder.js";
import { finishOpenCommits } from "./recover.js";
import { ResumePoint } from "./resume-point.js";
import { retrying } from "./retrying.js";
import type { RunOptions } from "./run-job.js";
import { RunLog } from "./run-log.js";
import { runScope } from "./run-scope.js";
import type { Session } from "./session.js";

/** A run that is about to begin or to go on. */
export interface Execution {
  readonly job: ResolvedJob;
  readonly plan: Plan;
  readonly session: Session;
  readonly plugins: PluginHolder;
  readonly store: StateStore;
  readonly held: HeldRun;
  readonly notes: RunNotes;
  readonly options: RunOptions;
  /** What of a larger run this is a part of, if it is one. */
  readonly part?: PartitionTask | undefined;
}

/** Runs a planned job to its end, its failure or its interruption, and reports. */
export async function execute(execution: Execution): Promise<RunReport> {
  const { job, plan, session, held, notes, options } = execution;
  const { directory, intent } = session;
  const log = new RunLog(directory.logFile, job.logging.level, job.redactor, options.onLog);
  const letters = new LetterFile(directory.deadLettersFile, job.redactor);
  const resume = new ResumePoint(directory.id, session.journal, execution.store);
  const scope = runScope(execution, { log: log.write, letters, resume });
  let resumedFrom: RunReport["resumed_from"];

  const once = async () => {
    const plugins = await execution.plugins.get();
    if (scope.again) {
      await finishOpenCommits({
        job,
        plugins,
        host: scope.host,
        journal: session.journal,
        ledger: scope.ledger,
        warn: notes.warn,
      });
      await letters.discard(resume.letterFilter());
    }
    await placeOutcomes(scope, resume, session.journal);
    if (session.resumed && resumedFrom === undefined) {
      resumedFrom = resume.committed();
      options.onResume?.({ runId: directory.id, ...resumedFrom });
    }
    if (session.resumed && (await resume.pending(session.intent, job)).length === 0)
      notes.warn(
        `Run ${directory.id} had read everything when it was cut off, and is only closed; the next run reads what is new.`,
      );
    else await attempt(scope, plugins);
  };

  let failure: { readonly error: unknown } | undefined;
  try {
    faultPoint("run.started");
    await retrying(once, {
      policy: job.retryPolicy,
      signal: held.signal,
      progress: () => resume.commits,
      onRetry: async ({ attempt: number, error, delaySeconds }) => {
        const { code: error_code, message } = error;
        notes.retries.push({ attempt: number, error_code, message, waited_seconds: rounded(delaySeconds) });
        log.write({
          level: "warn",
          source: "engine",
          message: `Trying again in ${rounded(delaySeconds)} s: ${message}`,
        });
        scope.again = true;
        await execution.plugins.renew();
      },
    });
    if (scope.again) {
      const stray = { job, plugins: execution.plugins, signal: held.lock.lost, warn: notes.warn };
      await discardStray(stray, scope.host, scope.outcomes.keys());
    }
  } catch (error) {
    failure = { error: causeOf(error, held) };
  }
  await letters.close().catch(() => undefined);
  const { deadLetterBytes } = await directory.summary();
  const report = buildReport({
    runId: directory.id,
    kind: "run",
    job,
    reader: plan.reader,
    writer: plan.writer,
    outcomes: scope.outcomes.values(),
    notes,
    resumedFrom,
    error: failure?.error,
    interrupted: held.cancelled.aborted && failure !== undefined,
    deadLetterFile: deadLetterBytes > 0 ? directory.deadLettersFile : undefined,
  });
  await log.close();
  return conclude(report, {
    session,
    left: async () => (intent.limited ? [] : resume.pending(intent, job)),
    stateDir: execution.part === undefined ? job.stateDir : undefined,
  });
}

/** Why a run ended: what was thrown may only be an echo of the cancellation or of the lost lock. */
function causeOf(thrown: unknown, { lock, cancelled }: HeldRun): unknown {
  if (lock.lost.aborted) return lock.lost.reason;
  return cancelled.aborted ? interrupted(thrown) : thrown;
}
