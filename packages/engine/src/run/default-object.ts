import type { ResolvedJob } from "../job/resolved-job.js";

/** Name of records that a reader yields without saying which object they belong to. */
export function defaultObject({ source, asset, name }: ResolvedJob): string {
  const { objects } = source.config;
  if (objects.length === 1 && objects[0] !== undefined) return objects[0];
  return asset?.object ?? asset?.name ?? name.split("/").at(-1) ?? name;
}
