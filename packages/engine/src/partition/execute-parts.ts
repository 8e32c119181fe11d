import { DativoError, isDativoError } from "@dativo/protocol";
import type { PluginSources } from "../plan/plugins.js";
import { toRunError } from "../report/build-report.js";
import { rounded } from "../report/object-report.js";
import { readReport } from "../report/read-report.js";
import type { RunReport } from "../report/run-report.js";
import { conclude } from "../run/conclude.js";
import type { Execution } from "../run/execute.js";
import { interrupted } from "../run/held-run.js";
import { checkBudget } from "../run/rejects.js";
import { retrying } from "../run/retrying.js";
import { inlineCoordinator, type PartitionExecutor, type StepResult } from "./coordinator.js";
import { foldStates } from "./fold-states.js";
import { joinLetters } from "./join-letters.js";
import { joinReports, type PartReport } from "./join-reports.js";
import { partCounts } from "./part-counts.js";
import type { PartitionTask } from "./partition-task.js";
import { PartsProgress } from "./parts-progress.js";
import { finishedReport, runPartition } from "./run-partition.js";

/** Runs the parts of a divided run to their ends, and reports them as one run. */
export async function executeParts(
  execution: Execution,
  sources: PluginSources,
  all: readonly PartitionTask[],
): Promise<RunReport> {
  const { job, plan, session, store, held, notes, options } = execution;
  const { directory } = session;
  const wanted = new Set(plan.objects.map(({ name }) => name));
  const tasks = all.filter(({ object }) => wanted.has(object));
  const before = await store.read();
  const parts = tasks.map((task) => ({ task, directory: directory.part(task.name) }));
  let resumedFrom: RunReport["resumed_from"];
  if (session.resumed) {
    resumedFrom = await partCounts(parts.map((part) => part.directory));
    options.onResume?.({ runId: directory.id, ...resumedFrom });
  }

  const failures = new Map<string, DativoError>();
  const stop = new AbortController();
  const signal = AbortSignal.any([held.signal, stop.signal]);
  const progress = new PartsProgress(tasks, options.onProgress);
  const executor: PartitionExecutor =
    options.executor?.({ singleProcess: plan.writer.singleProcess === true }) ??
    inProcess(execution, sources);
  const rejects = { read: 0, rejected: 0 };
  let failure: { readonly error: unknown } | undefined;

  /** Runs one part, again when its process was lost; its failure is told by its result. */
  const step = async (name: string): Promise<StepResult> => {
    try {
      const report = await retrying(
        () =>
          executor.run(
            { runId: directory.id, name },
            { signal, onProgress: progress.of(name), onLog: options.onLog },
          ),
        {
          policy: job.retryPolicy,
          signal,
          progress: async () => (await partCounts([directory.part(name)])).commits,
          onRetry: async ({ attempt, error, delaySeconds }) => {
            const { code: error_code, message } = error;
            notes.retries.push({ attempt, error_code, message, waited_seconds: rounded(delaySeconds) });
          },
        },
      );
      for (const { read, rejected } of report.objects) {
        rejects.read += read;
        rejects.rejected += rejected;
      }
      checkBudget(job.errorBudget, rejects, false);
      const read = report.objects.reduce((sum, object) => sum + object.read, 0);
      const written = report.objects.reduce((sum, object) => sum + object.written, 0);
      return { partition: name, status: report.status, read, written };
    } catch (thrown) {
      if (!signal.aborted) failures.set(name, toRunError(thrown));
      if (isDativoError(thrown) && thrown.code === "ERROR_BUDGET_EXCEEDED") stop.abort(thrown);
      return { partition: name, status: signal.aborted ? "interrupted" : "failed", read: 0, written: 0 };
    }
  };

  try {
    const partitions: string[] = [];
    for (const part of parts)
      if ((await finishedReport(part.directory)) === undefined) partitions.push(part.task.name);
    await (options.coordinator ?? inlineCoordinator).run({
      runId: directory.id,
      partitions,
      concurrency: Math.max(1, options.workers ?? 1),
      step,
      signal,
      log: (record) => options.onLog?.(job.redactor.value(record)),
    });
    checkBudget(job.errorBudget, rejects, true);
  } catch (error) {
    failure = { error };
  } finally {
    await executor.close();
  }
  try {
    await held.lock.verify();
    await foldStates(job, directory, all, store);
  } catch (error) {
    failure ??= { error };
  }
  const reports = await reportsOf(parts);
  const report = joinReports({
    execution,
    reports,
    stateBefore: before,
    stateAfter: await store.read().catch(() => before),
    resumedFrom,
    error: errorOf(execution, failure, failures, reports),
  });
  const isDone =
    report.exit_code <= 1 && reports.every(({ report: part }) => part !== undefined && part.exit_code <= 1);
  const letters = isDone
    ? await joinLetters(
        directory,
        parts.map((part) => part.directory),
      )
    : undefined;
  return conclude(letters === undefined ? report : { ...report, dead_letter_file: letters }, {
    session,
    left: async () => leftOf(execution, all),
    stateDir: job.stateDir,
  });
}

/** Parts that run in this process, each with plugins of its own. */
function inProcess({ job }: Execution, sources: PluginSources): PartitionExecutor {
  return {
    run: (reference, call) => runPartition(job, sources, reference, call),
    close: async () => undefined,
  };
}

async function reportsOf(
  parts: readonly { readonly task: PartitionTask; readonly directory: Execution["session"]["directory"] }[],
): Promise<readonly PartReport[]> {
  return Promise.all(
    parts.map(async ({ task, directory }) => ({ task, report: await readReport(directory) })),
  );
}

/** Why the run failed: what ended it, else what ended the first of its parts. */
function errorOf(
  { held }: Execution,
  failure: { readonly error: unknown } | undefined,
  failures: ReadonlyMap<string, DativoError>,
  reports: readonly PartReport[],
): unknown {
  if (held.lock.lost.aborted) return held.lock.lost.reason;
  if (held.cancelled.aborted) {
    const complete = failure === undefined && reports.every(({ report }) => (report?.exit_code ?? 2) <= 1);
    return complete ? undefined : interrupted(failure?.error);
  }
  if (failure !== undefined) return failure.error;
  const [lost] = failures.values();
  if (lost !== undefined) return lost;
  const failed = reports.find(({ report }) => report?.error !== undefined);
  return failed?.report?.error === undefined
    ? undefined
    : DativoError.fromJSON(failed.report.error as Parameters<typeof DativoError.fromJSON>[0]);
}

/** Parts that are not done and whose object the job still names. */
async function leftOf(
  { job, session }: Execution,
  tasks: readonly PartitionTask[],
): Promise<readonly string[]> {
  const { objects } = job.source.config;
  const left: string[] = [];
  for (const { name, object } of tasks)
    if (
      (objects.length === 0 || objects.includes(object)) &&
      (await finishedReport(session.directory.part(name))) === undefined
    )
      left.push(name);
  return left;
}
