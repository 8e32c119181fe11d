import { type Json, joinPartitionStates, splitPartitionStates } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import type { RunDirectory } from "../store/run-directory.js";
import { type ObjectState, StateStore } from "../store/state-store.js";
import type { PartitionTask } from "./partition-task.js";
import { partKeys } from "./run-partition.js";

/**
 * Brings what the parts of a run have committed into the state of its job. Until then it is in the folders of the
 * parts, which whoever takes the run up goes on from; doing it twice does it once.
 */
export async function foldStates(
  job: ResolvedJob,
  run: RunDirectory,
  tasks: readonly PartitionTask[],
  store: StateStore,
): Promise<void> {
  for (const object of new Set(tasks.map((task) => task.object))) {
    const own = tasks.filter((task) => task.object === object);
    const entries = new Map<PartitionTask, ObjectState>();
    for (const task of own) {
      const entry = await new StateStore(partKeys(job, run.part(task.name))).get(object);
      // An entry without a run is what the part began with.
      if (entry !== undefined && entry.runId !== "") entries.set(task, entry);
    }
    if (entries.size === 0) continue;
    await store.set(object, folded(run.id, await store.get(object), own, entries));
  }
}

function folded(
  runId: string,
  before: ObjectState | undefined,
  tasks: readonly PartitionTask[],
  entries: ReadonlyMap<PartitionTask, ObjectState>,
): ObjectState {
  const states: Record<string, Json> = { ...splitPartitionStates(before?.state) };
  const partitionFiles: Record<string, number> = { ...before?.partitionFiles };
  let whole: ObjectState | undefined;
  for (const task of tasks) {
    const entry = entries.get(task);
    if (task.partition === undefined) whole = entry;
    else {
      states[task.partition.id] = entry === undefined ? task.state : entry.state;
      partitionFiles[task.partition.id] = entry?.fileCounter ?? task.fileCounter;
    }
  }
  const schemas = [...entries.values()].flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
  // Parts whose columns were worked out from their records may not all have seen every column.
  const [schema = before?.schema] = schemas.sort((a, b) => b.fields.length - a.fields.length);
  return {
    state: whole === undefined ? joinPartitionStates(states) : whole.state,
    fileCounter: whole?.fileCounter ?? before?.fileCounter ?? 0,
    ...(Object.keys(partitionFiles).length === 0 ? {} : { partitionFiles }),
    ...(schema === undefined ? {} : { schema }),
    runId,
    sequence: Math.max(before?.runId === runId ? before.sequence : 0, 1),
  };
}
