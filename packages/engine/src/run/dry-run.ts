import type { ResolvedJob } from "../job/resolved-job.js";
import { planJob } from "../plan/plan-job.js";
import { loadPlugins, type PluginSources } from "../plan/plugins.js";
import { buildReport, RunNotes } from "../report/build-report.js";
import type { RunReport } from "../report/run-report.js";
import { StateStore } from "../store/state-store.js";
import { attempt } from "./attempt.js";
import { interrupted } from "./held-run.js";
import { hostContext } from "./host-context.js";
import { ObjectOutcome } from "./object-outcome.js";
import { ProgressMeter } from "./progress.js";
import { retrying } from "./retrying.js";
import type { RunOptions } from "./run-job.js";
import { RunLog } from "./run-log.js";
import type { RunScope } from "./run-scope.js";
import { EMPTY_TALLY } from "./tally.js";
import { DRY_WRITER } from "./writers.js";

const RUN_ID = "dry-run";

/** Reads and checks what a run would, from where it would, and writes nothing anywhere. */
export async function dryRun(
  job: ResolvedJob,
  sources: PluginSources,
  options: RunOptions & { readonly signal: AbortSignal },
): Promise<RunReport> {
  const { signal } = options;
  const notes = new RunNotes();
  const log = new RunLog(undefined, job.logging.level, job.redactor, options.onLog);
  const host = hostContext(job, RUN_ID, signal, log.write);
  const plugins = await loadPlugins(job, sources, { log: log.write, onInvocation: notes.onInvocation });
  const states = await new StateStore({ stateDir: job.stateDir, jobKey: job.key }).read();
  try {
    const plan = await planJob(job, plugins, states, options, host);
    const outcomes = new Map<string, ObjectOutcome>();
    const nothing = async () => undefined;
    const scope: RunScope = {
      job,
      plan,
      host,
      ledger: {
        runId: RUN_ID,
        journal: { append: nothing },
        store: { set: nothing },
        letters: { sync: async () => 0 },
        verifyLock: nothing,
        retryPolicy: job.retryPolicy,
        signal,
      },
      letters: { append: nothing, sync: async () => 0 },
      signal,
      limit: options.limit,
      dryRun: true,
      outcomes,
      progress: new ProgressMeter(options.onProgress),
      warn: notes.warn,
      again: false,
      startOf: async ({ state }) => ({ tally: EMPTY_TALLY, state, sequence: 1, fileCounter: 0 }),
      finished: async () => new Set(),
      openWriter: async () => DRY_WRITER,
    };
    for (const object of plan.objects)
      outcomes.set(
        object.name,
        new ObjectOutcome(object, { tally: EMPTY_TALLY, state: object.state, schema: object.schema }),
      );
    const failure = await failureOf(() =>
      retrying(() => attempt(scope, plugins), {
        policy: job.retryPolicy,
        signal,
        progress: () => 0,
        onRetry: nothing,
      }),
    );
    return buildReport({
      runId: RUN_ID,
      kind: "dry_run",
      job,
      reader: plan.reader,
      writer: plan.writer,
      outcomes: outcomes.values(),
      notes,
      error: failure === undefined ? undefined : signal.aborted ? interrupted(failure.error) : failure.error,
      interrupted: signal.aborted && failure !== undefined,
      deadLetterFile: undefined,
    });
  } finally {
    await plugins.close();
    await log.close();
  }
}

async function failureOf(work: () => Promise<void>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return { error };
  }
}
