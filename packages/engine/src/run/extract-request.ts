import type { ExtractRequest } from "@dativo/protocol";
import type { ObjectPlan } from "../plan/plan.js";
import type { ObjectStart } from "./object-stream-parts.js";
import type { RunScope } from "./run-scope.js";

/** Where each of some objects starts, by its name, in their order. */
export async function startsOf(
  scope: RunScope,
  objects: readonly ObjectPlan[],
): Promise<ReadonlyMap<string, ObjectStart>> {
  const starts = new Map<string, ObjectStart>();
  for (const plan of objects) starts.set(plan.name, await scope.startOf(plan));
  return starts;
}

/** What a reader is asked for, so that it goes on where objects start. */
export function extractRequest(
  { plan, limit, partition }: RunScope,
  starts: ReadonlyMap<string, ObjectStart>,
): ExtractRequest {
  const moved = [...starts].filter(([, { state }]) => state !== null);
  return {
    objects: [...starts.keys()],
    state: Object.fromEntries(moved.map(([name, { state }]) => [name, state])),
    accepts: plan.accepts,
    ...(limit === undefined ? {} : { limit }),
    ...(partition === undefined ? {} : { partition }),
  };
}
