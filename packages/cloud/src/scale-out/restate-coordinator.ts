import { createHash, randomUUID } from "node:crypto";
import { type Coordinator, endsRun, type StepResult, type Steps } from "@dativo/engine";
import { RestateEndpoint } from "./restate-endpoint.js";
import { type RestateAddresses, RestateServer } from "./restate-server.js";
import type { WorkflowInput } from "./run-workflow.js";

/** How a run is coordinated by Restate. */
export interface RestateOptions extends RestateAddresses {
  /** Tells the runs of one project from those of others at the same server, such as the folder of its state. */
  readonly scope: string;
}

/**
 * Lets a Restate server keep track of the parts of a run: each is a durable step of a workflow, which this process
 * serves. The server and this process may each be killed and started again; the steps that were done stay done.
 *
 * What the server keeps are the names of parts and how many records each had, never a record.
 *
 * @example
 * const coordinator = restateCoordinator({ scope: job.stateDir });
 * await engine.run(job, { workers: 8, coordinator });
 */
export function restateCoordinator({ scope, ...addresses }: RestateOptions): Coordinator {
  return {
    name: "restate",
    async run(steps) {
      if (steps.partitions.length === 0) return;
      const server = new RestateServer(addresses);
      await server.assertThere();
      const service = serviceName(scope, steps.runId);
      const running = new RunningSteps(steps.step);
      const serving = { step: running.step, log: steps.log };
      const taken = await takeUp(server, service, serving);
      await using endpoint = taken.endpoint;
      const deployment = await server.register(endpoint.address);
      try {
        await finish(server, service, taken.key, steps);
      } finally {
        await running.settled();
      }
      await server.forget(deployment).catch(() => undefined);
    },
  };
}

/** Waits for a workflow, and begins others until no part is left or none is to be begun. */
async function finish(
  server: RestateServer,
  service: string,
  takenUp: string | undefined,
  { partitions, concurrency, signal }: Steps,
): Promise<void> {
  let left = partitions;
  for (let key = takenUp; left.length > 0 && !signal.aborted; key = undefined) {
    if (key === undefined) {
      key = randomUUID();
      await server.begin(service, key, { partitions: left, concurrency } satisfies WorkflowInput);
    }
    const results = await server.result<readonly StepResult[]>(service, key, signal);
    const done = new Set(results.filter((result) => !endsRun(result)).map(({ partition }) => partition));
    // One that was taken up may have been begun for other parts, and may have ended as the process before was ended.
    if (key !== takenUp && done.size < results.length) return;
    left = left.filter((name) => !done.has(name));
  }
}

/** The name of a run's service: a server knows one place for each service. */
function serviceName(scope: string, runId: string): string {
  const project = createHash("sha256").update(scope).digest("hex").slice(0, 12);
  return `dativo_${project}_${runId.replaceAll(/[^A-Za-z0-9]/g, "_")}`;
}

/** Steps that run in this process; the server may ask again for one of them, as after it was restarted. */
class RunningSteps {
  private readonly running = new Map<string, Promise<StepResult>>();

  constructor(private readonly begin: Steps["step"]) {}

  readonly step: Steps["step"] = (name) => {
    const current = this.running.get(name) ?? this.begin(name).finally(() => this.running.delete(name));
    this.running.set(name, current);
    return current;
  };

  /** Waits until none is running. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.running.values());
  }
}

/**
 * Serves the run where the server looks for it, when a killed process has left a workflow of it. A workflow whose
 * place something else has taken meanwhile is ended; what its parts have done is in their folders.
 */
async function takeUp(
  server: RestateServer,
  service: string,
  serving: Pick<Steps, "step" | "log">,
): Promise<{ readonly endpoint: RestateEndpoint; readonly key: string | undefined }> {
  const [open, ...others] = await server.openInvocations(service);
  for (const { id } of others) await server.kill(id);
  if (open !== undefined) {
    const address = await server.addressOf(service);
    const port = address === undefined ? 0 : Number(new URL(address).port);
    try {
      if (port > 0) return { endpoint: await RestateEndpoint.listen(service, serving, port), key: open.key };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
    await server.kill(open.id);
  }
  return { endpoint: await RestateEndpoint.listen(service, serving, 0), key: undefined };
}
