import { DativoError } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { type LoadedPlugins, loadPlugins, type PluginSources } from "../plan/plugins.js";
import { RunNotes } from "../report/build-report.js";
import type { RunReport } from "../report/run-report.js";
import { Journal } from "../store/journal.js";
import { RunDirectory } from "../store/run-directory.js";
import { RunLock } from "../store/run-lock.js";
import { StateStore } from "../store/state-store.js";
import { discardStaged } from "./discard-staged.js";
import type { HeldRun } from "./held-run.js";
import { hostContext } from "./host-context.js";
import { readIntent } from "./intent.js";
import { finishOpenCommits } from "./recover.js";
import { markCommitted } from "./replay-journal.js";
import { fileCounting, type ReplayStore, replayLedger } from "./replay-ledger.js";
import { replayLetters } from "./replay-letters.js";
import type { RunOptions } from "./run-job.js";

/** How dead letters are replayed. */
export type ReplayOptions = Pick<RunOptions, "signal" | "onProgress" | "onLog">;

/**
 * Checks the dead letters of a run again, by the schema and with the plugins of today, and writes those that pass.
 * What still fails stays where it is; replaying twice writes nothing twice.
 *
 * @throws DativoError `RUN_NOT_FOUND`, `RUN_UNFINISHED`, `JOB_LOCKED`
 */
export async function replayRun(
  job: ResolvedJob,
  sources: PluginSources,
  runId: string,
  options: ReplayOptions,
): Promise<RunReport> {
  const cancelled = options.signal ?? new AbortController().signal;
  await using lock = await RunLock.acquire({ stateDir: job.stateDir, jobKey: job.key });
  const held: HeldRun = { lock, cancelled, signal: AbortSignal.any([cancelled, lock.lost]) };
  const source = await RunDirectory.open(job.stateDir, runId);
  await assertReplayable(source, job);
  const notes = new RunNotes();
  const early = (record: Parameters<NonNullable<ReplayOptions["onLog"]>>[0]) =>
    options.onLog?.(job.redactor.value(record));
  const plugins = await loadPlugins(job, sources, { log: early, onInvocation: notes.onInvocation });
  try {
    const store = fileCounting(new StateStore({ stateDir: job.stateDir, jobKey: job.key }));
    await closeDeadReplays(source, job, plugins, store, held, notes);
    return await replayLetters({ job, source, plugins, store, held, notes, options });
  } finally {
    await plugins.close();
  }
}

/** Finishes what earlier replays of the same run left open. */
async function closeDeadReplays(
  source: RunDirectory,
  job: ResolvedJob,
  plugins: LoadedPlugins,
  store: ReplayStore,
  held: HeldRun,
  notes: RunNotes,
): Promise<void> {
  for (const { id, kind, status, job: of } of await RunDirectory.list(job.stateDir)) {
    if (kind !== "replay" || of !== job.key || status !== undefined) continue;
    const directory = await RunDirectory.open(job.stateDir, id);
    const intent = await readIntent(directory.path);
    if (intent?.replay_of !== source.id) continue;
    await using journal = await Journal.open(directory.journalFile);
    const host = hostContext(job, id, held.signal, () => undefined);
    const ledger = replayLedger(journal, id, job, store, held);
    await finishOpenCommits({ job, plugins, host, journal, ledger, warn: notes.warn });
    await markCommitted(journal, source);
    for (const object of intent.objects)
      await discardStaged(job, plugins, host, { object, mode: "append" }, held.signal);
    await journal.append({ type: "run_finished", status: "interrupted" });
  }
}

async function assertReplayable(source: RunDirectory, job: ResolvedJob): Promise<void> {
  const { job: of, status } = await source.summary();
  if (of !== job.key)
    throw new DativoError({
      code: "RUN_NOT_FOUND",
      message: `Run ${source.id} is of the job ${of ?? "(unknown)"}, not of ${job.key}.`,
      hint: "Replay it with the job file it was run with.",
      details: { run: source.id, job: of ?? null },
    });
  if (status === "succeeded" || status === "finished_with_rejects" || status === "abandoned") return;
  throw new DativoError({
    code: "RUN_UNFINISHED",
    message: `Run ${source.id} is unfinished, and its dead letters are not yet final.`,
    details: { run: source.id, status: status ?? null },
  });
}
