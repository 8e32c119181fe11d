import type { FunctionSummary } from "@dativo/cloud";
import { readCloudJob } from "../cloud-job.js";
import type { CommandHandler } from "../command.js";
import { parseDuration } from "../duration.js";
import { formatTable } from "../terminal/table.js";

/** `dativo cloud status`: the functions that were deployed for a job. */
export const cloudStatus: CommandHandler<"cloud status"> = async ({ arguments: { job: path }, context }) => {
  const { job, cloud, requests } = await readCloudJob(path, context);
  const signal = context.cancellation();
  const found: (FunctionSummary & { readonly place: string })[] = [];
  for (const { execution } of placesOf(requests)) {
    const provider = await cloud.cloudProvider(execution);
    for (const one of await provider.list(signal))
      if (one.job === job.key) found.push({ place: provider.place, ...one });
  }
  const { colours } = context.stdout;
  return {
    json: () => ({
      job: job.key,
      functions: found.map((one) => ({
        function: one.name,
        resource: one.resource,
        state: one.state,
        runtime: one.runtime,
        memory_mb: one.memoryMb,
        timeout_seconds: one.timeoutSeconds,
        changed_at: one.changedAt.toISOString(),
        used_at: one.usedAt.toISOString().slice(0, 10),
      })),
    }),
    text: () =>
      found.length === 0
        ? [`Nothing is deployed for ${job.key}: dativo cloud deploy ${path}, or just run the job.`]
        : formatTable(
            found.map((one) => [
              colours.bold(one.name),
              one.state === "active" ? colours.green(one.state) : colours.yellow(one.state),
              one.place,
              `${one.runtime}, ${one.memoryMb} MB`,
              colours.dim(`used ${one.usedAt.toISOString().slice(0, 10)}`),
            ]),
          ),
  };
};

/** `dativo cloud logs`: what a job's functions printed. */
export const cloudLogs: CommandHandler<"cloud logs"> = async ({
  arguments: { job: path },
  options,
  context,
}) => {
  const { job, cloud, requests } = await readCloudJob(path, context);
  const signal = context.cancellation();
  const since = new Date(Date.now() - parseDuration(options.since ?? "1h", "since") * 1000);
  const { colours } = context.stdout;
  async function* lines() {
    for (const { execution } of placesOf(requests)) {
      const provider = await cloud.cloudProvider(execution);
      for (const { name, job: owner } of await provider.list(signal))
        if (owner === job.key)
          for await (const { time, text } of provider.logs(name, since, signal))
            yield { function: name, time, text: job.redactor.text(text) };
    }
  }
  if (context.json) {
    const all: { time: string; function: string; text: string }[] = [];
    for await (const { time, ...line } of lines()) all.push({ time: time.toISOString(), ...line });
    return { json: () => ({ lines: all }), text: () => [] };
  }
  return {
    json: () => ({}),
    text: async function* () {
      for await (const { time, text } of lines()) yield `${colours.dim(time.toISOString())}  ${text}`;
    },
  };
};

/** `dativo cloud gc`: removes what no run used for some time. */
export const cloudGc: CommandHandler<"cloud gc"> = async ({ arguments: { job: path }, options, context }) => {
  const { job, cloud, requests } = await readCloudJob(path, context);
  const dryRun = options.dryRun === true;
  const collected = await cloud.collectFunctions({
    executions: requests.map(({ execution }) => execution),
    olderThanDays: parseDuration(options.olderThan ?? "30d", "older-than") / 86_400,
    ...(options.allJobs === true ? {} : { jobKey: job.key }),
    dryRun,
    signal: context.cancellation(),
  });
  const { colours } = context.stdout;
  return {
    json: () => ({
      dry_run: dryRun,
      places: collected.map(({ place, unused, kept, removed }) => ({
        place,
        unused: unused.map(({ name, job: owner, usedAt }) => ({
          function: name,
          job: owner,
          used_at: usedAt.toISOString().slice(0, 10),
        })),
        kept,
        removed,
      })),
    }),
    text: () =>
      collected.flatMap(({ place, unused, kept, removed }) => [
        `${colours.bold(place)}  ${unused.length} unused, ${kept} kept`,
        ...(dryRun
          ? unused.map(({ name, job: owner }) => `  would remove ${name}  ${colours.dim(owner)}`)
          : removed.map(({ what, name }) => `  removed ${what} ${name}`)),
      ]),
  };
};

/** One request for each account and region. */
function placesOf<Request extends Awaited<ReturnType<typeof readCloudJob>>["requests"][number]>(
  requests: readonly Request[],
): Request[] {
  const keyed = requests.map((request): [string, Request] => {
    const { execution } = request;
    const place = execution.provider === "aws" ? (execution.aws.region ?? "") : JSON.stringify(execution.gcp);
    return [`${execution.provider} ${place}`, request];
  });
  return [...new Map(keyed).values()];
}
