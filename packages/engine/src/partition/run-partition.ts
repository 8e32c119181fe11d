import { DativoError, type LogRecord } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { planJob } from "../plan/plan-job.js";
import { loadPlugins, type PluginSources } from "../plan/plugins.js";
import { RunNotes } from "../report/build-report.js";
import { readReport } from "../report/read-report.js";
import type { RunReport } from "../report/run-report.js";
import { execute } from "../run/execute.js";
import { hostContext } from "../run/host-context.js";
import { endpoints, readIntent } from "../run/intent.js";
import { PluginHolder } from "../run/plugin-holder.js";
import { retrying } from "../run/retrying.js";
import { openSession, resumeSession, startSessionIn } from "../run/session.js";
import { FINISHED, RunDirectory } from "../store/run-directory.js";
import { RunLock } from "../store/run-lock.js";
import { StateStore } from "../store/state-store.js";
import type { PartitionCall, PartitionReference } from "./coordinator.js";
import { type PartitionTask, readTasks } from "./partition-task.js";

/**
 * Runs one part of a run as a run of its own: with its own folder, lock, journal, state and books. Whoever calls it
 * again, in this process or another, takes it up where it was left; a part that is done is only reported.
 *
 * @throws DativoError `JOB_LOCKED` when another process runs the part, `RUN_NOT_FOUND`
 */
export async function runPartition(
  job: ResolvedJob,
  sources: PluginSources,
  reference: PartitionReference,
  call: PartitionCall,
): Promise<RunReport> {
  const run = await RunDirectory.open(job.stateDir, reference.runId);
  const part = await taskOf(run, reference);
  const directory = run.part(part.name);
  await directory.make();
  await using lock = await RunLock.acquire({ ...partKeys(job, directory), runId: directory.id });
  const finished = await finishedReport(directory);
  if (finished !== undefined) return finished;

  const held = { lock, signal: AbortSignal.any([call.signal, lock.lost]), cancelled: call.signal };
  const early = (record: LogRecord) => call.onLog?.(job.redactor.value(record));
  const notes = new RunNotes();
  const listeners = { log: early, onInvocation: notes.onInvocation };
  await using plugins = new PluginHolder(() => loadPlugins(job, sources, listeners));
  const store = await partStore(job, directory, part);
  const fullRefresh = (await readIntent(run.path))?.full_refresh ?? false;
  const host = hostContext(job, directory.id, held.signal, early);
  const wanted = { objects: [part.object], fullRefresh };
  const plan = await retrying(
    async () => planJob(job, await plugins.get(), await store.read(), wanted, host),
    {
      policy: job.retryPolicy,
      signal: held.signal,
      progress: () => 0,
      onRetry: () => plugins.renew(),
    },
  );
  const begun = await openSession(directory);
  const session =
    begun === undefined
      ? await startSessionIn(
          directory,
          job,
          { objects: [part.object], full_refresh: fullRefresh, limited: false, ...endpoints(job) },
          "partition",
        )
      : await resumeSession(begun, [part.object]);
  try {
    const options = { signal: call.signal, onProgress: call.onProgress, onLog: call.onLog };
    // How large a share of the records may be rejected is a question to the whole run.
    const checked = { ...job, errorBudget: { ...job.errorBudget, maxRatio: 1 } };
    // Awaited here, so that the lock is held until it is over.
    return await execute({
      job: checked,
      plan,
      session,
      plugins,
      store,
      held,
      notes,
      options,
      part,
    });
  } finally {
    await session.journal.close();
  }
}

/** Where a part keeps its lock and its state. */
export function partKeys(
  job: ResolvedJob,
  directory: RunDirectory,
): { readonly stateDir: string; readonly jobKey: string } {
  return { stateDir: directory.path, jobKey: job.key };
}

/** The state of a part, which begins with what its task says. */
async function partStore(
  job: ResolvedJob,
  directory: RunDirectory,
  part: PartitionTask,
): Promise<StateStore> {
  const store = new StateStore(partKeys(job, directory));
  const { object, state, fileCounter } = part;
  if ((await store.get(object)) === undefined) {
    // A schema that was worked out from records is the same for every part.
    const schema = (await new StateStore({ stateDir: job.stateDir, jobKey: job.key }).get(object))?.schema;
    const known = schema === undefined ? {} : { schema };
    await store.set(object, { state, fileCounter, ...known, runId: "", sequence: 0 });
  }
  return store;
}

async function taskOf(run: RunDirectory, { runId, name }: PartitionReference): Promise<PartitionTask> {
  const tasks = await readTasks(run);
  const task = tasks?.find((candidate) => candidate.name === name);
  if (task !== undefined) return task;
  throw new DativoError({
    code: "RUN_NOT_FOUND",
    message: `Run ${runId} has no part ${name}.`,
    hint: tasks === undefined ? "It is not divided." : `It has ${tasks.length} parts.`,
    details: { run: runId, part: name },
  });
}

/** The report of a part of which nothing is left to be done. */
export async function finishedReport(directory: RunDirectory): Promise<RunReport | undefined> {
  const { status } = await directory.summary();
  if (status === undefined || !FINISHED.has(status)) return undefined;
  return readReport(directory);
}
