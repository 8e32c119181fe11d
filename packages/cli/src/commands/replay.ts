import type { CommandHandler } from "../command.js";
import { jobOfRun } from "../job-of-run.js";
import { openEngine } from "../open-engine.js";
import { readJob } from "../read-job.js";
import { RunProgress } from "../run-progress.js";
import { reported, shownProgress } from "./run.js";
import { openRun } from "./runs.js";

/** `dativo replay`: tries the rejected records of a run again. */
export const replay: CommandHandler<"replay"> = async ({ arguments: { run, job: path }, context }) => {
  const job = readJob(path ?? (await jobOfRun(await openRun(run, context))), context);
  const engine = await openEngine(job);
  using progress = new RunProgress(context.stderr);
  const report = await engine.replay(job, run, {
    signal: context.cancellation(),
    onProgress: (event) => progress.update(shownProgress(event)),
    onLog: (record) => progress.log(record),
  });
  return reported(report, context);
};
