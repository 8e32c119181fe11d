import type { PluginSpec } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { whyNotShared } from "../job/shared-function.js";

/** Whether records go from reader to writer inside one function, and why. */
export interface TransferChoice {
  readonly inFunction: boolean;
  readonly reason: string;
}

/** Chooses where the records of a job whose plugins both run in the cloud go; undefined for any other job. */
export function chooseTransfer(
  { job, writer }: { readonly job: ResolvedJob; readonly writer: PluginSpec },
  run: { readonly dry: boolean; readonly limited: boolean; readonly objectsKnown: boolean },
): TransferChoice | undefined {
  if (job.source.placement.cloud === undefined || job.target.placement.cloud === undefined) return undefined;
  const against = whyNotShared(job) ?? whyNotThisRun(writer, run);
  return against === undefined
    ? { inFunction: true, reason: "reader and writer share a function" }
    : { inFunction: false, reason: against };
}

function whyNotThisRun(
  { singleProcess }: PluginSpec,
  { dry, limited, objectsKnown }: Parameters<typeof chooseTransfer>[1],
): string | undefined {
  if (dry) return "a dry run writes nothing";
  if (limited) return "a limit is counted here";
  if (!objectsKnown) return "only the reader knows its objects";
  // Commits are made from here while the function goes on staging.
  return singleProcess === true ? "one process at a time may have the target open" : undefined;
}
