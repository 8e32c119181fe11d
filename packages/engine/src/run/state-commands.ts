import { DativoError, isDativoError, type Json } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { readTasks } from "../partition/partition-task.js";
import { RunLock } from "../store/run-lock.js";
import { type ObjectState, StateStore } from "../store/state-store.js";
import { ABANDONED, openUnfinished } from "./session.js";

/**
 * Sets the position of one object; it keeps its count of files.
 *
 * @throws DativoError `JOB_LOCKED` while the job runs, `RUN_UNFINISHED` when its last run was divided and is not done
 */
export async function setState(job: ResolvedJob, object: string, state: Json): Promise<void> {
  await using _lock = await RunLock.acquire({ stateDir: job.stateDir, jobKey: job.key });
  await assertUndivided(job);
  const store = new StateStore({ stateDir: job.stateDir, jobKey: job.key });
  const entry = (await store.get(object)) ?? { fileCounter: 0, runId: "", sequence: 0 };
  await store.set(object, { ...entry, state });
}

/**
 * Forgets the position of one object, or of all; with all, the unfinished run of the job is given up too, and what it
 * staged and did not commit stays where it is, invisible. Counts of files are kept, so that no file name comes twice.
 *
 * @throws DativoError `JOB_LOCKED` while the job runs, `RUN_UNFINISHED` for one object when the job's last run was
 *   divided and is not done
 */
export async function resetState(job: ResolvedJob, object?: string): Promise<readonly string[]> {
  await using _lock = await RunLock.acquire({ stateDir: job.stateDir, jobKey: job.key });
  const store = new StateStore({ stateDir: job.stateDir, jobKey: job.key });
  if (object !== undefined) await assertUndivided(job);
  else {
    const session = await openUnfinished(job);
    await session?.journal.append({ type: "run_finished", status: ABANDONED });
    await session?.journal.close();
  }
  const states = await readOrDiscard(store, object === undefined);
  const forgotten = Object.keys(states).filter((name) => object === undefined || name === object);
  for (const name of forgotten)
    await store.set(name, {
      state: null,
      fileCounter: states[name]?.fileCounter ?? 0,
      ...keptCounts(states[name]),
      runId: "",
      sequence: 0,
    });
  return forgotten;
}

function keptCounts(state: ObjectState | undefined): Pick<ObjectState, "partitionFiles"> {
  return state?.partitionFiles === undefined ? {} : { partitionFiles: state.partitionFiles };
}

/** Until a divided run is done its positions are in the folders of its parts, where nobody may change them. */
async function assertUndivided(job: ResolvedJob): Promise<void> {
  const session = await openUnfinished(job);
  if (session === undefined) return;
  await session.journal.close();
  if ((await readTasks(session.directory)) === undefined) return;
  throw new DativoError({
    code: "RUN_UNFINISHED",
    message: `Run ${session.directory.id} of this job was divided into parts and is unfinished, so the position of one object cannot be changed.`,
    hint: "Run the job to finish it, or forget it and every position with dativo state reset.",
    details: { run: session.directory.id },
  });
}

/** Everything is to be forgotten, so a file that cannot be read is no obstacle. */
async function readOrDiscard(
  store: StateStore,
  all: boolean,
): Promise<Readonly<Record<string, ObjectState>>> {
  try {
    return await store.read();
  } catch (error) {
    if (!all || !isDativoError(error) || error.code !== "STATE_CORRUPT") throw error;
    await store.discard();
    return {};
  }
}
