import type { AssetDefinition } from "@dativo/protocol";

/** What of a job says which object its asset definition is about. */
export interface AssetJob {
  readonly asset?: AssetDefinition;
  readonly source: { readonly config: { readonly objects: readonly string[] } };
}

/** The asset definition of an object: the job's, when it names that object or the job has no other. */
export function assetOf({ asset, source }: AssetJob, object: string): AssetDefinition | undefined {
  if (asset === undefined) return undefined;
  if (asset.object !== undefined) return asset.object === object ? asset : undefined;
  return source.config.objects.length <= 1 ? asset : undefined;
}
