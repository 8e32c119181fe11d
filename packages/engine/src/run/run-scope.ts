import type { HostContext, LogRecord, ReaderPartition, WriterInstance } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import type { ObjectPlan, Plan } from "../plan/plan.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import type { CommitLedger } from "./commit.js";
import { commitToken } from "./commit-token.js";
import type { Execution } from "./execute.js";
import { hostContext } from "./host-context.js";
import type { LetterFile } from "./letter-file.js";
import type { ObjectOutcome } from "./object-outcome.js";
import type { ObjectStart } from "./object-stream-parts.js";
import { ProgressMeter } from "./progress.js";
import type { ResumePoint } from "./resume-point.js";
import { openWriter } from "./writers.js";

/** What the attempts of one run share. */
export interface RunScope {
  readonly job: ResolvedJob;
  readonly plan: Plan;
  readonly host: HostContext;
  readonly ledger: CommitLedger;
  readonly letters: Pick<LetterFile, "append" | "sync">;
  /** Aborted when the run is cancelled or its lock is lost. */
  readonly signal: AbortSignal;
  readonly limit: number | undefined;
  /** The only part of its object that is read. */
  readonly partition?: ReaderPartition | undefined;
  readonly dryRun: boolean;
  readonly outcomes: Map<string, ObjectOutcome>;
  readonly progress: ProgressMeter;
  readonly warn: (message: string) => void;
  /** Whether an attempt of this run came before, in this process or another. */
  again: boolean;
  /** Where an object starts: after its last commit. */
  readonly startOf: (plan: ObjectPlan) => Promise<ObjectStart>;
  /** Objects of which this run needs nothing more. */
  readonly finished: () => Promise<ReadonlySet<string>>;
  /** Opens the writer of one object, and discards what a dead attempt left staged. */
  readonly openWriter: (plugins: LoadedPlugins, plan: ObjectPlan) => Promise<WriterInstance>;
}

/** What a run that keeps books works with. */
export function runScope(
  execution: Execution,
  parts: {
    readonly log: (record: LogRecord) => void;
    readonly letters: LetterFile;
    readonly resume: ResumePoint;
  },
): RunScope {
  const { job, plan, session, store, held, notes, options } = execution;
  const { directory, journal } = session;
  const { letters, resume } = parts;
  const host = hostContext(job, directory.id, held.signal, parts.log);
  const outcomes = new Map<string, ObjectOutcome>();
  const scope: RunScope = {
    job,
    plan,
    host,
    ledger: {
      runId: directory.id,
      journal,
      store,
      letters,
      verifyLock: () => held.lock.verify(),
      retryPolicy: job.retryPolicy,
      signal: held.lock.lost,
    },
    letters,
    signal: held.signal,
    limit: options.limit,
    partition: execution.part?.partition,
    dryRun: false,
    outcomes,
    progress: new ProgressMeter(options.onProgress),
    warn: notes.warn,
    again: session.resumed,
    startOf: (objectPlan) => resume.startOf(objectPlan),
    finished: async () => new Set([...(await resume.finished()), ...cut(outcomes)]),
    openWriter: async (plugins, { name: object, mode }) => {
      const writer = await openWriter(job, plugins, host, { object, mode });
      if (scope.again) await discardLeftovers(writer, object, execution, resume);
      return writer;
    },
  };
  return scope;
}

/** Objects that a limit cut short in an earlier attempt. */
function cut(outcomes: ReadonlyMap<string, ObjectOutcome>): readonly string[] {
  return [...outcomes].filter(([, { status }]) => status === "partial").map(([name]) => name);
}

/**
 * Discards what a dead attempt staged. Its open commit gets no second use of its number: a write whose answer was
 * lost may go on in a function, and stage after the discarding.
 */
async function discardLeftovers(
  writer: WriterInstance,
  object: string,
  { session, held }: Execution,
  resume: ResumePoint,
): Promise<void> {
  const runId = session.directory.id;
  try {
    await writer.abort({ scope: "run", runId }, held.lock.lost);
    const token = commitToken({ runId, object, sequence: resume.lastSequence(object) + 1 });
    await session.journal.append({ type: "aborted", token, reason: "left by an earlier attempt" });
  } catch (error) {
    await writer.close();
    throw error;
  }
}
