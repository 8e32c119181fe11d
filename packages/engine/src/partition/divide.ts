import { DativoError, type HostContext, partitionState, type ReaderPartition } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import type { ObjectPlan, Plan } from "../plan/plan.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import { defaultObject } from "../run/default-object.js";
import { assertPosition } from "../run/kept-secrets.js";
import type { ObjectState } from "../store/state-store.js";
import { type PartitionTask, taskName } from "./partition-task.js";

/** Partitions that a reader is asked for, for each that is read at once: enough that none waits long for the last. */
const PARTITIONS_A_WORKER = 4;

/** Numbers of files that each partition of an object counts through by itself. */
const FILE_NUMBERS = 1_000_000;

/** What is divided, and by whom. */
export interface Division {
  readonly job: ResolvedJob;
  readonly plan: Plan;
  readonly plugins: LoadedPlugins;
  readonly host: HostContext;
  readonly states: Readonly<Record<string, ObjectState>>;
  readonly workers: number;
  readonly warn: (message: string) => void;
}

/**
 * Divides a run: each object into the partitions that its reader gives, or into itself alone.
 *
 * An object that replaces what the target holds stays whole, since a replacement takes effect at once.
 */
export async function divide(division: Division): Promise<readonly PartitionTask[]> {
  const { plan, states } = division;
  const divisible = plan.objects.filter(({ mode }) => mode !== "replace");
  const partitions = await askReader(division, divisible);
  warnOfWhole(division, partitions);
  const tasks: Omit<PartitionTask, "name">[] = [];
  for (const object of plan.objects) {
    const state = Object.hasOwn(states, object.name) ? states[object.name] : undefined;
    const own = partitions.filter((partition) => partition.object === object.name);
    if (own.length === 0)
      tasks.push({ object: object.name, state: object.state, fileCounter: state?.fileCounter ?? 0 });
    else tasks.push(...partitionTasks(object, own, state));
  }
  return tasks.map((task, at) => ({ name: taskName(at + 1), ...task }));
}

async function askReader(
  { job, plugins, host, workers }: Division,
  objects: readonly ObjectPlan[],
): Promise<readonly ReaderPartition[]> {
  if (plugins.reader.spec.partitions !== true || objects.length === 0) return [];
  const state = Object.fromEntries(objects.flatMap((o) => (o.state === null ? [] : [[o.name, o.state]])));
  const reader = await plugins.reader.openReader({
    config: job.source.config,
    host,
    defaultObject: defaultObject(job),
  });
  try {
    const request = {
      objects: objects.map(({ name }) => name),
      state,
      count: workers * PARTITIONS_A_WORKER,
    };
    const partitions = (await reader.partitions?.(request, host.signal)) ?? [];
    for (const { object, id, params } of partitions) assertPosition(job.redactor, object, { id, params });
    assertDistinct(plugins.reader.spec.name, partitions);
    return partitions;
  } finally {
    await reader.close();
  }
}

/** Two parts of one name would share a position, and lose records. */
function assertDistinct(reader: string, partitions: readonly ReaderPartition[]): void {
  const seen = new Set<string>();
  for (const { object, id } of partitions) {
    const name = JSON.stringify([object, id]);
    if (seen.has(name))
      throw new DativoError({
        code: "PLUGIN_WRONG_SHAPE",
        message: `${reader} gives two partitions of ${object} the id ${JSON.stringify(id)}.`,
        hint: "Give each partition of an object an id of its own.",
        details: { object, id },
      });
    seen.add(name);
  }
}

function partitionTasks(
  object: ObjectPlan,
  partitions: readonly ReaderPartition[],
  state: ObjectState | undefined,
): readonly Omit<PartitionTask, "name">[] {
  const counters = state?.partitionFiles ?? {};
  let block = Math.max(0, ...Object.values(counters).map((count) => Math.floor(count / FILE_NUMBERS)));
  return partitions.map((partition) => {
    const known = Object.hasOwn(counters, partition.id) ? counters[partition.id] : undefined;
    if (known === undefined) block += 1;
    return {
      object: object.name,
      partition,
      state: partitionState(object, object.state, partition.id),
      fileCounter: known ?? block * FILE_NUMBERS,
    };
  });
}

function warnOfWhole({ plan, plugins, warn }: Division, partitions: readonly ReaderPartition[]): void {
  const whole = plan.objects.filter(({ name }) => !partitions.some(({ object }) => object === name));
  if (plugins.reader.spec.partitions === true)
    for (const { name, mode } of whole)
      if (mode === "replace")
        warn(
          `${name} replaces what the target holds, all at once, so it is read as one part; target.mode: append or merge lets it be divided.`,
        );
  if (whole.length === 1 && plan.objects.length === 1 && plugins.reader.spec.partitions !== true)
    warn(
      `${plan.reader.name} does not divide ${whole[0]?.name}, and the job reads nothing else, so there is nothing to do side by side.`,
    );
}
