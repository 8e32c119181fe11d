import { endsRun, type StepResult, type Steps } from "@dativo/engine";
import type * as restate from "@restatedev/restate-sdk";

/** What a workflow is begun with: names, and no record. */
export interface WorkflowInput {
  readonly partitions: readonly string[];
  readonly concurrency: number;
}

/**
 * The workflow of a divided run: each part is a durable step, of which so many run at once. A part that fails ends
 * the workflow once those beside it have ended, as the run is then to be taken up again.
 *
 * What it decides depends on nothing but results that the server has kept, so that it can be replayed.
 */
export async function runWorkflow(
  context: restate.WorkflowContext,
  { partitions, concurrency }: WorkflowInput,
  step: Steps["step"],
  sdk: typeof restate,
): Promise<readonly StepResult[]> {
  const waiting = [...partitions];
  const running = new Map<string, restate.RestatePromise<StepResult>>();
  const results: StepResult[] = [];
  while (waiting.length > 0 || running.size > 0) {
    for (let name = waiting[0]; name !== undefined && running.size < concurrency; name = waiting[0]) {
      const partition = name;
      running.set(
        partition,
        context.run(partition, () => step(partition)),
      );
      waiting.shift();
    }
    const result = await sdk.RestatePromise.race([...running.values()]);
    running.delete(result.partition);
    results.push(result);
    if (endsRun(result)) waiting.length = 0;
  }
  return results;
}
