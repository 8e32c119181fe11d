import { DativoError } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { Journal } from "../store/journal.js";
import { RunDirectory } from "../store/run-directory.js";
import { endpoints, type Intent, readIntent, writeIntent } from "./intent.js";

/** Status of a run that nobody takes up again. */
export const ABANDONED = "abandoned";

/** A run's folder and journal, new or taken up again. */
export interface Session {
  readonly directory: RunDirectory;
  readonly journal: Journal;
  readonly intent: Intent;
  /** Whether an earlier process began this run. */
  readonly resumed: boolean;
}

/** Opens the job's unfinished run, if it has one; the caller holds the lock. */
export async function openUnfinished(job: ResolvedJob): Promise<Session | undefined> {
  const directory = await RunDirectory.latestUnfinished(job.stateDir, job.key);
  if (directory === undefined) return undefined;
  const session = await openSession(directory);
  if (session?.journal.status() !== ABANDONED) return session;
  await session.journal.close();
  return undefined;
}

/**
 * Makes sure that an unfinished run can be taken up with what is asked for now.
 *
 * @throws DativoError `RUN_UNFINISHED` when going on would lose or double records
 */
export function assertResumable(session: Session, job: ResolvedJob, limited: boolean): void {
  const now = endpoints(job);
  const { intent, directory } = session;
  const changed = (["source", "target"] as const).find((side) => intent[side] !== now[side]);
  if (changed === undefined && !limited) return;
  throw new DativoError({
    code: "RUN_UNFINISHED",
    message:
      changed === undefined
        ? `Run ${directory.id} of this job is unfinished, and a limit would cut it short.`
        : `Run ${directory.id} of this job is unfinished, and the ${changed} of the job has changed since (${intent[changed]} is now ${now[changed]}).`,
    hint:
      changed === undefined
        ? "Run the job without --limit to finish it, or forget it with dativo state reset."
        : "Undo the change and run the job to finish it, or forget the run with dativo state reset.",
    details: { run: directory.id, was: intent, now },
  });
}

/** Starts a new run. */
export async function startSession(
  job: ResolvedJob,
  intent: Intent,
  kind: "run" | "replay",
  prepare: (directory: RunDirectory) => Promise<void> = async () => undefined,
): Promise<Session> {
  return startSessionIn(await RunDirectory.create(job.stateDir), job, intent, kind, prepare);
}

/** Starts a run in a folder that was made for it; a run without an intent was never begun. */
export async function startSessionIn(
  directory: RunDirectory,
  job: ResolvedJob,
  intent: Intent,
  kind: "run" | "replay" | "partition",
  prepare: (directory: RunDirectory) => Promise<void> = async () => undefined,
): Promise<Session> {
  await prepare(directory);
  await writeIntent(directory.path, intent);
  const journal = await Journal.open(directory.journalFile);
  await journal.append({ type: "run_started", runId: directory.id, job: job.key, jobFile: job.file, kind });
  return { directory, journal, intent, resumed: false };
}

/** Opens a run by its folder; undefined when it was never begun. */
export async function openSession(directory: RunDirectory): Promise<Session | undefined> {
  const intent = await readIntent(directory.path);
  if (intent === undefined) return undefined;
  return { directory, journal: await Journal.open(directory.journalFile), intent, resumed: true };
}

/** Takes an unfinished run up again, with the objects of both. */
export async function resumeSession(session: Session, objects: readonly string[]): Promise<Session> {
  const intent: Intent = {
    ...session.intent,
    objects: [...new Set([...session.intent.objects, ...objects])],
  };
  if (intent.objects.length !== session.intent.objects.length)
    await writeIntent(session.directory.path, intent);
  await session.journal.append({ type: "resumed" });
  return { ...session, intent };
}
