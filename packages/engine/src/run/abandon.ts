import type { ResolvedJob } from "../job/resolved-job.js";
import { foldStates } from "../partition/fold-states.js";
import { readTasks } from "../partition/partition-task.js";
import { partKeys } from "../partition/run-partition.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import type { Journal } from "../store/journal.js";
import type { RunLock } from "../store/run-lock.js";
import { StateStore } from "../store/state-store.js";
import { isIncremental } from "./commit-record.js";
import { discardStaged } from "./discard-staged.js";
import { hostContext } from "./host-context.js";
import { LetterFile } from "./letter-file.js";
import { finishOpenCommits } from "./recover.js";
import { ResumePoint } from "./resume-point.js";
import { ABANDONED, openSession, type Session } from "./session.js";

/**
 * Closes an unfinished run for good: what was prepared is committed, what was only staged is discarded, and positions
 * inside objects that are read whole are forgotten.
 */
export async function abandonRun(
  session: Session,
  parts: {
    readonly job: ResolvedJob;
    readonly plugins: LoadedPlugins;
    readonly store: StateStore;
    readonly lock: RunLock;
    readonly warn: (message: string) => void;
  },
): Promise<void> {
  const { job, store } = parts;
  const { directory, journal } = session;
  const tasks = (await readTasks(directory)) ?? [];
  for (const task of tasks) {
    const part = await openSession(directory.part(task.name));
    if (part === undefined) continue;
    await giveUp(part, { ...parts, store: new StateStore(partKeys(job, part.directory)) });
    await part.journal.close();
  }
  if (tasks.length === 0) await giveUp(session, parts);
  else await foldStates(job, directory, tasks, store);
  await journal.append({ type: "run_finished", status: ABANDONED });
  await journal.close();
}

async function giveUp(session: Session, parts: Parameters<typeof abandonRun>[1]): Promise<void> {
  const { job, plugins, store, lock, warn } = parts;
  const { directory, journal, intent } = session;
  const host = hostContext(job, directory.id, lock.lost, () => undefined);
  const letters = new LetterFile(directory.deadLettersFile, job.redactor);
  const ledger = {
    runId: directory.id,
    journal,
    store,
    letters,
    verifyLock: () => lock.verify(),
    retryPolicy: job.retryPolicy,
    signal: lock.lost,
  };
  await finishOpenCommits({ job, plugins, host, journal, ledger, warn });
  const resume = new ResumePoint(directory.id, journal, store);
  await letters.discard(resume.letterFilter());
  for (const object of intent.objects)
    await discardStaged(job, plugins, host, { object, mode: "append" }, lock.lost);
  await forgetPositions(journal, store);
}

/** A position inside an object that is read whole only means something to the run that left it. */
async function forgetPositions(journal: Journal, store: StateStore): Promise<void> {
  for (const [object, commit] of journal.lastCommits()) {
    const entry = await store.get(object);
    if (entry !== undefined && !isIncremental(commit) && entry.state !== null)
      await store.set(object, { ...entry, state: null });
  }
}
