import {
  type Json,
  joinPartitionStates,
  type ObjectSpec,
  partitionState,
  type ReaderEvent,
  type ReaderPartition,
  splitPartitionStates,
} from "@dativo/protocol";

/** Partitions of an object that is read whole, when nothing says how many there should be. */
export const DEFAULT_PARTITIONS = 16;

/**
 * Reads the partitions of an object one after the other, as one object with one position.
 *
 * Positions of partitions that are not there any more are kept, in case they come again.
 */
export async function* readPartitions(
  spec: ObjectSpec,
  partitions: readonly ReaderPartition[],
  state: Json | undefined,
  read: (partition: ReaderPartition, state: Json | undefined) => AsyncIterable<ReaderEvent>,
): AsyncGenerator<ReaderEvent, void, undefined> {
  const states: Record<string, Json> = { ...splitPartitionStates(state) };
  for (const { id } of partitions) states[id] = partitionState(spec, state, id);
  yield { type: "object", object: spec };
  for (const partition of partitions)
    for await (const event of read(partition, states[partition.id] ?? undefined))
      if (event.type === "batch") yield event;
      else if (event.type === "checkpoint") {
        states[partition.id] = event.state;
        yield { ...event, state: joinPartitionStates(states) };
      }
  yield { type: "end", object: spec.name };
}
