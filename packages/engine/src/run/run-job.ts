import type { LogRecord } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import type { Coordinator, PartitionExecutor } from "../partition/coordinator.js";
import { divide } from "../partition/divide.js";
import { executeParts } from "../partition/execute-parts.js";
import { type PartitionTask, readTasks, writeTasks } from "../partition/partition-task.js";
import type { Plan, PlanOptions } from "../plan/plan.js";
import { planJob } from "../plan/plan-job.js";
import { loadPlugins, type PluginSources } from "../plan/plugins.js";
import { RunNotes } from "../report/build-report.js";
import type { RunReport } from "../report/run-report.js";
import { RunLock } from "../store/run-lock.js";
import { StateStore } from "../store/state-store.js";
import { abandonRun } from "./abandon.js";
import { discardStrayOfLastRun } from "./discard-stray.js";
import { dryRun } from "./dry-run.js";
import { execute } from "./execute.js";
import { type HeldRun, interrupted } from "./held-run.js";
import { hostContext } from "./host-context.js";
import { endpoints } from "./intent.js";
import { PluginHolder } from "./plugin-holder.js";
import type { Progress } from "./progress.js";
import { retrying } from "./retrying.js";
import { assertResumable, openUnfinished, resumeSession, type Session, startSession } from "./session.js";

/** How a job is run. */
export interface RunOptions extends PlanOptions {
  /**
   * Parts of the run that are run at once: objects, and partitions of objects that their reader divides. From 2 on the
   * run is divided; a run that was divided is taken up so, whatever this says. @default 1
   */
  readonly workers?: number | undefined;
  /** Where the parts of a divided run are run; undefined for this process. @default this process */
  readonly executor?: ((needs: ExecutorNeeds) => PartitionExecutor | undefined) | undefined;
  /** Who sees to it that every part of a divided run is run. @default this process */
  readonly coordinator?: Coordinator | undefined;
  /** Cancels the run: it stops within a second and can be taken up again. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Told before anything is read when an unfinished run is taken up again: its id, and what it has committed. */
  readonly onResume?:
    | ((resumed: { readonly runId: string; readonly commits: number; readonly records: number }) => void)
    | undefined;
  /** Log records of plugins and of the engine, redacted. */
  readonly onLog?: ((record: LogRecord) => void) | undefined;
}

/** What a place for the parts of a run must offer. */
export interface ExecutorNeeds {
  /** Only one process at a time can have the target open. */
  readonly singleProcess: boolean;
}

/**
 * Runs a job, or takes its unfinished run up again.
 *
 * A run that began always gives a report, also when it failed; what goes wrong before is thrown.
 */
export async function runJob(
  job: ResolvedJob,
  sources: PluginSources,
  options: RunOptions,
): Promise<RunReport> {
  const signal = options.signal ?? new AbortController().signal;
  if (options.dryRun === true) return dryRun(job, sources, { ...options, signal });
  await using lock = await RunLock.acquire({ stateDir: job.stateDir, jobKey: job.key });
  const held = { lock, signal: AbortSignal.any([signal, lock.lost]), cancelled: signal };
  // Awaited here, so that the lock is held until it is over.
  return await runLocked(job, sources, options, held);
}

async function runLocked(
  job: ResolvedJob,
  sources: PluginSources,
  options: RunOptions,
  held: HeldRun,
): Promise<RunReport> {
  const notes = new RunNotes();
  const unfinished = await openUnfinished(job);
  const starting = { log: (record: LogRecord) => options.onLog?.(job.redactor.value(record)) };
  await using plugins = new PluginHolder(() =>
    loadPlugins(job, sources, { ...starting, onInvocation: notes.onInvocation }),
  );
  const store = new StateStore({ stateDir: job.stateDir, jobKey: job.key });
  let session: Session | undefined = unfinished;
  try {
    if (session !== undefined) {
      const left = options.fullRefresh === true || session.intent.limited;
      if (!left) assertResumable(session, job, options.limit !== undefined);
      else {
        await abandonRun(session, {
          job,
          plugins: await plugins.get(),
          store,
          lock: held.lock,
          warn: notes.warn,
        });
        session = undefined;
      }
    }
    const wanted = { ...options, fullRefresh: session?.intent.full_refresh ?? options.fullRefresh };
    const plan = await planned(job, plugins, store, wanted, held, starting.log);
    const objects = plan.objects.map(({ name }) => name);
    const tasks =
      session === undefined
        ? await divided(job, plan, plugins, store, wanted, held, notes)
        : await readTasks(session.directory);
    if (session === undefined)
      await discardStrayOfLastRun({ job, plugins, signal: held.signal, warn: notes.warn });
    session =
      session === undefined
        ? await startSession(job, intentOf(job, objects, wanted), "run", async (directory) => {
            if (tasks !== undefined) await writeTasks(directory, tasks);
          })
        : await resumeSession(session, objects);
    const execution = { job, plan, session, plugins, store, held, notes, options };
    return await (tasks === undefined ? execute(execution) : executeParts(execution, sources, tasks));
  } finally {
    await session?.journal.close();
  }
}

/** How a new run is divided; undefined when it is not, or when that would make a single part of it. */
async function divided(
  job: ResolvedJob,
  plan: Plan,
  plugins: PluginHolder,
  store: StateStore,
  { workers = 1, limit }: RunOptions,
  held: HeldRun,
  notes: RunNotes,
): Promise<readonly PartitionTask[] | undefined> {
  if (workers <= 1 || limit !== undefined) return undefined;
  const host = hostContext(job, "plan", held.signal, () => undefined);
  const tasks = await divide({
    job,
    plan,
    plugins: await plugins.get(),
    host,
    states: await store.read(),
    workers,
    warn: notes.warn,
  });
  return tasks.length > 1 ? tasks : undefined;
}

/** Plans the run; a source that cannot be reached for a moment is asked again. */
function planned(
  job: ResolvedJob,
  plugins: PluginHolder,
  store: StateStore,
  options: PlanOptions,
  held: HeldRun,
  log: (record: LogRecord) => void,
): Promise<Plan> {
  const host = hostContext(job, "plan", held.signal, log);
  return retrying(
    async () => {
      if (held.cancelled.aborted) throw interrupted(held.cancelled.reason);
      return planJob(job, await plugins.get(), await store.read(), options, host);
    },
    {
      policy: job.retryPolicy,
      signal: held.signal,
      progress: () => 0,
      onRetry: async ({ error }) => {
        log({
          level: "warn",
          source: "engine",
          message: `Planning failed and is tried again: ${error.message}`,
        });
        await plugins.renew();
      },
    },
  );
}

function intentOf(job: ResolvedJob, objects: readonly string[], options: PlanOptions): Session["intent"] {
  return {
    objects: [...objects],
    full_refresh: options.fullRefresh === true,
    limited: options.limit !== undefined,
    ...endpoints(job),
  };
}
