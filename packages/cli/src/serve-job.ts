import { servePartitions } from "@dativo/engine";
import { openEngine } from "./open-engine.js";
import { readJob } from "./read-job.js";

/**
 * Makes this process a worker of a job: it reads the job as its parent did, whose folder and environment it has, and
 * runs the parts that the parent names.
 */
export function serveJob(path: string): void {
  const open = async () => {
    const job = readJob(path, { cwd: process.cwd(), env: process.env, redactors: [] });
    return { job, engine: await openEngine(job) };
  };
  let opened: ReturnType<typeof open> | undefined;
  servePartitions(async (partition, call) => {
    opened ??= open();
    const { job, engine } = await opened;
    return engine.runPartition(job, partition, call);
  });
}
