import type { HostContext } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import type { ObjectPlan } from "../plan/plan.js";
import { planJob } from "../plan/plan-job.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import { buildReport, type RunNotes } from "../report/build-report.js";
import type { RunReport } from "../report/run-report.js";
import { DeadLetters } from "../store/dead-letters.js";
import type { RunDirectory } from "../store/run-directory.js";
import { attempt } from "./attempt.js";
import { type HeldRun, interrupted } from "./held-run.js";
import { hostContext } from "./host-context.js";
import { endpoints } from "./intent.js";
import { LetterReader } from "./letter-reader.js";
import type { ObjectOutcome } from "./object-outcome.js";
import { ProgressMeter } from "./progress.js";
import type { ReplayOptions } from "./replay.js";
import { replayJournal } from "./replay-journal.js";
import { type ReplayStore, replayLedger } from "./replay-ledger.js";
import { RunLog } from "./run-log.js";
import type { RunScope } from "./run-scope.js";
import { startSession } from "./session.js";
import { EMPTY_TALLY } from "./tally.js";
import { openWriter } from "./writers.js";

/** A replay that is about to begin. */
export interface Replay {
  readonly job: ResolvedJob;
  readonly source: RunDirectory;
  readonly plugins: LoadedPlugins;
  readonly store: ReplayStore;
  readonly held: HeldRun;
  readonly notes: RunNotes;
  readonly options: ReplayOptions;
}

/** Reads the letters that no replay has written yet, and writes those that pass today. */
export async function replayLetters({
  job,
  source,
  plugins,
  store,
  held,
  notes,
  options,
}: Replay): Promise<RunReport> {
  const skip = await source.replayedLetters();
  const names = await objectsWithLetters(source, skip);
  const session = await startSession(
    job,
    { objects: [...names], full_refresh: false, limited: false, replay_of: source.id, ...endpoints(job) },
    "replay",
  );
  const { directory, journal } = session;
  const log = new RunLog(directory.logFile, job.logging.level, job.redactor, options.onLog);
  const host = hostContext(job, directory.id, held.signal, log.write);
  const outcomes = new Map<string, ObjectOutcome>();
  let error: unknown;
  try {
    const objects = await plansOf(job, plugins, store, names, host);
    const letters = new LetterReader(
      source.deadLettersFile,
      names.map((name) => ({ name, incremental: true })),
      skip,
    );
    const planned = new Map(objects.map((plan) => [plan.name, plan]));
    const scope: RunScope = {
      // What is still bad stays dead instead of stopping the replay, and is not counted against the budget again.
      job: {
        ...job,
        validationMode: "warn",
        errorBudget: { maxRecords: Number.POSITIVE_INFINITY, maxRatio: 1 },
      },
      plan: {
        reader: letters.plugin.spec,
        writer: plugins.writer.spec,
        placements: { reader: { kind: "in_process" }, writer: job.target.placement },
        outputBase: job.target.outputBase,
        accepts: ["rows"],
        paths: [],
        objects,
        planObject: ({ name }) => planned.get(name) as ObjectPlan,
      },
      host,
      ledger: replayLedger(
        replayJournal(journal, source, (object, upTo) => letters.accepted(object, upTo)),
        directory.id,
        job,
        store,
        held,
      ),
      letters: {
        append: async (rejected) => {
          for (const letter of rejected) letters.reject(letter);
        },
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
    error = held.lock.lost.aborted
      ? held.lock.lost.reason
      : held.cancelled.aborted
        ? interrupted(thrown)
        : thrown;
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
  if (journal.openCommits().length === 0)
    await journal.append({ type: "run_finished", status: report.status });
  await journal.close();
  return report;
}

async function plansOf(
  job: ResolvedJob,
  plugins: LoadedPlugins,
  store: ReplayStore,
  names: readonly string[],
  host: HostContext,
): Promise<readonly ObjectPlan[]> {
  const mode = job.mode === "merge" ? "merge" : "append";
  const plan = await planJob({ ...job, mode }, plugins, await store.read(), {}, host);
  const specs = plugins.reader.spec.objects ?? [];
  return names.map((name) => {
    const spec = specs.find((known) => known.name === name) ?? { name, incremental: true };
    return {
      ...plan.planObject({ ...spec, incremental: true }),
      incremental: true,
      state: null,
      modeReason: "replay",
    };
  });
}

async function objectsWithLetters(
  source: RunDirectory,
  skip: ReadonlySet<number>,
): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const { object, number } of DeadLetters.read(source.deadLettersFile))
    if (!skip.has(number)) names.add(object);
  return [...names];
}
