import type { ResolvedJob } from "@dativo/engine";
import { DativoError } from "@dativo/protocol";
import type { Context } from "./context.js";
import { loadCloud } from "./load-cloud.js";
import { readJob } from "./read-job.js";

type Cloud = Awaited<ReturnType<typeof loadCloud>>;

/** A job, the functions that it asks for, and what deploys them. */
export interface CloudJob {
  readonly job: ResolvedJob;
  readonly cloud: Cloud;
  readonly requests: ReturnType<Cloud["jobFunctions"]>;
}

/**
 * Reads a job that runs something in the cloud.
 *
 * @throws DativoError `CONFIG_INVALID` when it runs nothing there
 */
export async function readCloudJob(path: string, context: Context): Promise<CloudJob> {
  const job = readJob(path, context);
  const isCloud = [job.source, job.target].some(({ placement }) => placement.kind === "cloud");
  if (!isCloud)
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: `${path} runs nothing in the cloud.`,
      hint: "Set engine.cloud_execution.enabled to true under source or target.",
    });
  const cloud = await loadCloud(job.projectRoot);
  return { job, cloud, requests: cloud.jobFunctions(job) };
}

/** What a function holds, for people. */
export function pluginsOf({ plugins }: CloudJob["requests"][number]): string {
  return plugins.map(({ reference }) => reference.text).join(" and ");
}
