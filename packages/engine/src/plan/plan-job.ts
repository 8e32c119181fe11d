import type { DiscoveryResult, HostContext } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { defaultObject } from "../run/default-object.js";
import type { ObjectState } from "../store/state-store.js";
import { makePlan, type Plan, type PlanOptions } from "./plan.js";
import type { LoadedPlugins } from "./plugins.js";

/** Plans a run; a reader that does not declare its objects is asked to discover them. */
export async function planJob(
  job: ResolvedJob,
  plugins: LoadedPlugins,
  states: Readonly<Record<string, ObjectState>>,
  options: PlanOptions,
  host: HostContext,
): Promise<Plan> {
  const reader = plugins.reader.spec;
  const discovered = reader.objects === undefined ? await discoverObjects(job, plugins, host) : undefined;
  return makePlan({ job, reader, writer: plugins.writer.spec, discovered, states }, options);
}

/** Asks the reader which objects there are. */
export async function discoverObjects(
  job: ResolvedJob,
  plugins: LoadedPlugins,
  host: HostContext,
): Promise<DiscoveryResult> {
  const reader = await plugins.reader.openReader({
    config: job.source.config,
    host,
    defaultObject: defaultObject(job),
  });
  try {
    return await reader.discover(host.signal);
  } finally {
    await reader.close();
  }
}
