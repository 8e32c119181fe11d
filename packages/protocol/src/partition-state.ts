import { DativoError } from "./error.js";
import type { Json } from "./json.js";
import type { ObjectSpec } from "./plugin.js";

/**
 * The positions of an object's partitions, by their ids; undefined when a position is not that of a divided object.
 *
 * @example
 * splitPartitionStates({ partitions: { eu: 7 } }) // { eu: 7 }
 */
export function splitPartitionStates(state: Json | undefined): Readonly<Record<string, Json>> | undefined {
  if (typeof state !== "object" || state === null || Array.isArray(state)) return undefined;
  const [only, ...others] = Object.keys(state);
  if (only !== "partitions" || others.length > 0) return undefined;
  const { partitions } = state as { readonly partitions: Json };
  if (typeof partitions !== "object" || partitions === null || Array.isArray(partitions)) return undefined;
  return partitions as Readonly<Record<string, Json>>;
}

/**
 * Where a partition starts; null for its start. A position from before the object was divided holds for every part of
 * it when it is that of a cursor, and for none otherwise.
 *
 * @throws DativoError `POSITION_INVALID` for a position of the whole object that no partition can go on from
 * @example
 * partitionState({ name: "orders", incremental: true }, { partitions: { eu: 7 } }, "us") // null
 */
export function partitionState(
  spec: Pick<ObjectSpec, "name" | "cursor">,
  state: Json | undefined,
  id: string,
): Json {
  if (state === undefined || state === null) return null;
  const states = splitPartitionStates(state);
  if (states !== undefined) return Object.hasOwn(states, id) ? (states[id] ?? null) : null;
  if (spec.cursor !== undefined) return state;
  throw new DativoError({
    code: "POSITION_INVALID",
    message: `The position that ${spec.name} was left at is from before it was divided into partitions.`,
    hint: "Read it again with --full-refresh, or forget its position with dativo state reset.",
    details: { object: spec.name },
  });
}

/**
 * The position of a divided object. Partitions that are named with a position of null have none yet, and are left
 * out; so an object none of whose partitions has a position has none either.
 *
 * @example
 * joinPartitionStates({ eu: 7, us: null }) // { partitions: { eu: 7 } }
 */
export function joinPartitionStates(states: Readonly<Record<string, Json>>): Json {
  const known = Object.entries(states).filter(([, state]) => state !== null);
  return known.length === 0 ? null : { partitions: Object.fromEntries(known) };
}
