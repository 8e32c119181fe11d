import type { ResolvedJob } from "../job/resolved-job.js";
import type { Journal } from "../store/journal.js";
import type { StateStore } from "../store/state-store.js";
import type { CommitLedger } from "./commit.js";
import type { HeldRun } from "./held-run.js";

/** The part of the state of a job that a replay may see and change. */
export type ReplayStore = Pick<StateStore, "get" | "set" | "read">;

/** A replay adds files, but never moves a position. */
export function fileCounting(store: StateStore): ReplayStore {
  return {
    get: (object) => store.get(object),
    read: () => store.read(),
    set: async (object, { fileCounter, schema }) => {
      const entry = (await store.get(object)) ?? { state: null, runId: "", sequence: 0 };
      // Who asks the target in SQL must see the columns as they are now, when the schema was mended.
      await store.set(object, { ...entry, fileCounter, ...(schema === undefined ? {} : { schema }) });
    },
  };
}

/** What the commits of a replay are recorded in; its letters already are dead ones of the run it replays. */
export function replayLedger(
  journal: Pick<Journal, "append">,
  runId: string,
  job: ResolvedJob,
  store: ReplayStore,
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
