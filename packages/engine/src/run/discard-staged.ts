import type { HostContext } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import { openWriter } from "./writers.js";

/** Discards what a run staged of an object and did not commit. */
export async function discardStaged(
  job: ResolvedJob,
  plugins: LoadedPlugins,
  host: HostContext,
  target: Parameters<typeof openWriter>[3],
  signal: AbortSignal,
): Promise<void> {
  const writer = await openWriter(job, plugins, host, target);
  try {
    await writer.abort({ scope: "run", runId: host.run.id }, signal);
  } finally {
    await writer.close();
  }
}
