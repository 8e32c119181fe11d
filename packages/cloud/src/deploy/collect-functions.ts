import type { CloudExecution } from "@dativo/protocol";
import type { FunctionSummary, Removal } from "./cloud-provider.js";
import { cloudProvider } from "./cloud-providers.js";

/** What is collected. */
export interface CollectRequest {
  /** Names the account and region; each is asked once. */
  readonly executions: readonly CloudExecution[];
  /** Days that a function must not have been used for. */
  readonly olderThanDays: number;
  /** Only functions of this job; those of every job when absent. */
  readonly jobKey?: string;
  /** Only says what would be removed. */
  readonly dryRun?: boolean;
  readonly signal: AbortSignal;
}

/** What was, or would be, removed. */
export interface Collected {
  readonly place: string;
  readonly unused: readonly FunctionSummary[];
  readonly kept: number;
  readonly removed: readonly Removal[];
}

const DAY_MS = 86_400_000;

/** Removes functions that no run used for some days, and the roles and secrets that only they needed. */
export async function collectFunctions(request: CollectRequest): Promise<Collected[]> {
  const { executions, olderThanDays, jobKey, dryRun = false, signal } = request;
  const before = Date.now() - olderThanDays * DAY_MS;
  const places = new Map(
    executions.map((execution) => [
      execution.provider === "aws"
        ? `aws ${execution.aws.region ?? ""}`
        : `gcp ${execution.gcp.projectId} ${execution.gcp.region}`,
      execution,
    ]),
  );
  const collected: Collected[] = [];
  for (const execution of places.values()) {
    const provider = await cloudProvider(execution);
    const all = await provider.list(signal);
    const unused = all.filter(
      ({ job, usedAt, state }) =>
        (jobKey === undefined || job === jobKey) && state !== "deploying" && usedAt.getTime() < before,
    );
    collected.push({
      place: provider.place,
      unused,
      kept: all.length - unused.length,
      removed: dryRun || unused.length === 0 ? [] : await provider.remove(unused, signal),
    });
  }
  return collected;
}
