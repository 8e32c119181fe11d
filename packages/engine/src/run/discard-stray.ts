import type { HostContext } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { readTasks } from "../partition/partition-task.js";
import { readReport } from "../report/read-report.js";
import { RunDirectory } from "../store/run-directory.js";
import { discardStaged } from "./discard-staged.js";
import { hostContext } from "./host-context.js";
import { readIntent } from "./intent.js";
import type { PluginHolder } from "./plugin-holder.js";

/** What stray data is discarded with. */
export interface StrayParts {
  readonly job: ResolvedJob;
  readonly plugins: PluginHolder;
  /** Ends the discarding. */
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/**
 * Discards what functions of failed attempts went on to stage, unheard, after the next attempt had discarded what they
 * had staged by then. Nobody will ever commit it, so that nothing but the place is lost when it stays.
 */
export async function discardStray(
  { job, plugins, signal, warn }: StrayParts,
  host: HostContext,
  objects: Iterable<string>,
): Promise<void> {
  if (job.target.placement.kind !== "cloud") return;
  for (const object of objects)
    try {
      await discardStaged(job, await plugins.get(), host, { object, mode: "append" }, signal);
    } catch (error) {
      if (signal.aborted) return;
      warn(
        `What failed attempts of run ${host.run.id} may have left staged of ${object} could not be discarded: ${(error as Error).message}`,
      );
    }
}

/** The same for the job's last run, since a function may live longer than the run that failed to hear it. */
export async function discardStrayOfLastRun(parts: StrayParts): Promise<void> {
  const { job, signal } = parts;
  if (job.target.placement.kind !== "cloud") return;
  const last = await RunDirectory.latest(job.stateDir, job.key);
  if (last === undefined) return;
  const tasks = (await readTasks(last)) ?? [];
  for (const run of tasks.length === 0 ? [last] : tasks.map(({ name }) => last.part(name))) {
    const report = await readReport(run).catch(() => undefined);
    if (report?.retries.length === 0 && report.resumed_from === undefined) continue;
    const objects =
      report?.objects.map(({ object }) => object) ?? (await readIntent(run.path))?.objects ?? [];
    await discardStray(
      parts,
      hostContext(job, run.id, signal, () => undefined),
      objects,
    );
  }
}
