import { DativoError, type HostContext } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { planJob } from "../plan/plan-job.js";
import type { ObjectPlan } from "../plan/plan.js";
import { type LoadedPlugins, loadPlugins, type PluginSources } from "../plan/plugins.js";
import { buildReport, RunNotes } from "../report/build-report.js";
import type { RunReport } from "../report/run-report.js";
import { DeadLetters } from "../store/dead-letters.js";
import { Journal } from "../store/journal.js";
import { RunDirectory } from "../store/run-directory.js";
import { RunLock } from "../store/run-lock.js";
import { StateStore } from "../store/state-store.js";
import { attempt } from "./attempt.js";
import type { CommitLedger } from "./commit.js";
import { type HeldRun, interrupted } from "./held-run.js";
import { endpoints, readIntent } from "./intent.js";
import { LetterReader } from "./letter-reader.js";
import { ObjectOutcome } from "./object-outcome.js";
import { ProgressMeter } from "./progress.js";
import { finishOpenCommits } from "./recover.js";
import { markCommitted, replayJournal } from "./replay-journal.js";
import type { RunOptions } from "./run-job.js";
import { RunLog } from "./run-log.js";
import type { RunScope } from "./run-scope.js";
import { startSession } from "./session.js";
import { EMPTY_TALLY } from "./tally.js";
import { openWriter } from "./writers.js";

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
  const early = (record: Parameters<NonNullable<ReplayOptions["onLog"]>>[0]) => options.onLog?.(job.redactor.value(record));
  const plugins = await loadPlugins(job, sources, early);
  try {
    const store = fileCounting(new StateStore({ stateDir: job.stateDir, jobKey: job.key }));
    await closeDeadReplays(source, job, plugins, store, held, notes);
    return await replayLetters({ job, source, plugins, store, held, notes, options });
  } finally {
    await plugins.close();
  }
}

interface Replay {
  readonly job: ResolvedJob;
  readonly source: RunDirectory;
  readonly plugins: LoadedPlugins;
  readonly store: StateStorePort;
  readonly held: HeldRun;
  readonly notes: RunNotes;
  readonly options: ReplayOptions;
}

type StateStorePort = Pick<StateStore, "get" | "set" | "read">;

async function replayLetters({ job, source, plugins, store, held, notes, options }: Replay): Promise<RunReport> {
  const skip = await source.replayedLetters();
  const names = await objectsWithLetters(source, skip);
  const session = await startSession(
    job,
    { objects: [...names], full_refresh: false, limited: false, replay_of: source.id, ...endpoints(job) },
    "replay",
  );
  const { directory, journal } = session;
  const log = new RunLog(directory.logFile, job.logging.level, job.redactor, options.onLog);
  const host = hostOf(job, directory.id, held.signal, log.write);
  const outcomes = new Map<string, ObjectOutcome>();
  let error: unknown;
  try {
    const objects = await plansOf(job, plugins, store, names, host);
    const letters = new LetterReader(source.deadLettersFile, names.map((name) => ({ name, incremental: true })), skip);
    const planned = new Map(objects.map((plan) => [plan.name, plan]));
    const scope: RunScope = {
      // What is still bad stays dead instead of stopping the replay, and is not counted against the budget again.
      job: { ...job, validationMode: "warn", errorBudget: { maxRecords: Number.POSITIVE_INFINITY, maxRatio: 1 } },
      plan: {
        reader: letters.plugin.spec,
        writer: plugins.writer.spec,
        outputBase: job.target.outputBase,
        accepts: ["rows"],
        objects,
        planObject: ({ name }) => planned.get(name) as ObjectPlan,
      },
      host,
      ledger: ledgerOf(replayJournal(journal, source, (object, upTo) => letters.accepted(object, upTo)), directory.id, job, store, held),
      letters: {
        append: async (rejected) => rejected.forEach((letter) => letters.reject(letter)),
        sync: async () => 0,
      },
      signal: held.signal,
      limit: undefined,
      dryRun: false,
      outcomes,
      progress: new ProgressMeter(options.onProgress),
      warn: notes.warn,
      again: false,
      startOf: async ({ name }) => ({
        tally: EMPTY_TALLY,
        state: null,
        sequence: 1,
        fileCounter: (await store.get(name))?.fileCounter ?? 0,
      }),
      finished: async () => new Set(),
      openWriter: (loaded, { name: object, mode }) => openWriter(job, loaded, host, { object, mode }),
    };
    if (names.length > 0) await attempt(scope, { ...plugins, reader: letters.plugin });
  } catch (thrown) {
    error = held.lock.lost.aborted ? held.lock.lost.reason : held.cancelled.aborted ? interrupted(thrown) : thrown;
  }
  const report = buildReport({
    runId: directory.id,
    kind: "replay",
    job,
    reader: plugins.reader.spec,
    writer: plugins.writer.spec,
    outcomes: outcomes.values(),
    notes,
    replayOf: source.id,
    error,
    interrupted: error !== undefined && held.cancelled.aborted,
    deadLetterFile: source.deadLettersFile,
  });
  await log.close();
  await directory.writeReport(JSON.parse(JSON.stringify(report)));
  // An open commit is finished by the next replay; until then this one is not over.
  if (journal.openCommits().length === 0) await journal.append({ type: "run_finished", status: report.status });
  await journal.close();
  return report;
}

/** Finishes what earlier replays of the same run left open. */
async function closeDeadReplays(
  source: RunDirectory,
  job: ResolvedJob,
  plugins: LoadedPlugins,
  store: StateStorePort,
  held: HeldRun,
  notes: RunNotes,
): Promise<void> {
  for (const { id, kind, status, job: of } of await RunDirectory.list(job.stateDir)) {
    if (kind !== "replay" || of !== job.key || status !== undefined) continue;
    const directory = await RunDirectory.open(job.stateDir, id);
    const intent = await readIntent(directory.path);
    if (intent?.replay_of !== source.id) continue;
    await using journal = await Journal.open(directory.journalFile);
    const host = hostOf(job, id, held.signal, () => undefined);
    const ledger = ledgerOf(journal, id, job, store, held);
    await finishOpenCommits({ job, plugins, host, journal, ledger, warn: notes.warn });
    for (const object of intent.objects) {
      const writer = await openWriter(job, plugins, host, { object, mode: "append" });
      await writer.abort({ scope: "run", runId: id }, held.signal).finally(() => writer.close());
    }
    await journal.append({ type: "run_finished", status: "interrupted" });
  }
}

async function plansOf(
  job: ResolvedJob,
  plugins: LoadedPlugins,
  store: StateStorePort,
  names: readonly string[],
  host: HostContext,
): Promise<readonly ObjectPlan[]> {
  const mode = job.mode === "merge" ? "merge" : "append";
  const plan = await planJob({ ...job, mode }, plugins, await store.read(), {}, host);
  const specs = plugins.reader.spec.objects ?? [];
  return names.map((name) => {
    const spec = specs.find((known) => known.name === name) ?? { name, incremental: true };
    return { ...plan.planObject({ ...spec, incremental: true }), incremental: true, state: null, modeReason: "replay" };
  });
}

async function objectsWithLetters(source: RunDirectory, skip: ReadonlySet<number>): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const { object, number } of DeadLetters.read(source.deadLettersFile)) if (!skip.has(number)) names.add(object);
  return [...names];
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

/** A replay adds files, but never moves a position. */
function fileCounting(store: StateStore): StateStorePort {
  return {
    get: (object) => store.get(object),
    read: () => store.read(),
    set: async (object, { fileCounter }) => {
      const entry = (await store.get(object)) ?? { state: null, runId: "", sequence: 0 };
      await store.set(object, { ...entry, fileCounter });
    },
  };
}

function ledgerOf(
  journal: Pick<Journal, "append">,
  runId: string,
  job: ResolvedJob,
  store: StateStorePort,
  { lock }: HeldRun,
): CommitLedger {
  return {
    runId,
    journal,
    store,
    letters: { sync: async () => 0 },
    verifyLock: () => lock.verify(),
    retryPolicy: job.retryPolicy,
    signal: lock.lost,
  };
}

function hostOf(job: ResolvedJob, id: string, signal: AbortSignal, log: HostContext["log"]): HostContext {
  return { signal, log, redactor: job.redactor, run: { id, job: job.key }, projectRoot: job.projectRoot };
}
