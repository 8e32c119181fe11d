import type { AssetDefinition } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";

/** The asset definition of an object: the job's, when it names that object or the job has no other. */
export function assetOf({ asset, source }: ResolvedJob, object: string): AssetDefinition | undefined {
  if (asset === undefined) return undefined;
  if (asset.object !== undefined) return asset.object === object ? asset : undefined;
  return source.config.objects.length <= 1 ? asset : undefined;
}
