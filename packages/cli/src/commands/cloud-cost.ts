import { RunDirectory, type RunReport } from "@dativo/engine";
import { type CloudJob, pluginsOf, readCloudJob } from "../cloud-job.js";
import type { CommandHandler } from "../command.js";
import { counted, formatBytes, formatSeconds } from "../terminal/numbers.js";
import { formatTable } from "../terminal/table.js";

/** Records that are estimated for when nothing was run and nothing is said. */
const DEFAULT_RECORDS = 1_000_000;

/** Newest runs that are looked through for one of the job. */
const LOOKED_THROUGH = 200;

type FunctionUsage = NonNullable<RunReport["cloud"]>[number];

/** `dativo cloud cost`: an estimate before a run, and what the last one was billed. */
export const cloudCost: CommandHandler<"cloud cost"> = async ({
  arguments: { job: path },
  options,
  context,
}) => {
  const cloudJob = await readCloudJob(path, context);
  const { job, cloud, requests } = cloudJob;
  const report = await lastRun(job.stateDir, job.key, job.name, options.run);
  const billed = (report?.cloud ?? []).map((usage) => billedCost(cloudJob, usage));
  const readRecords = report === undefined ? 0 : report.objects.reduce((sum, one) => sum + one.read, 0);
  const records = options.records ?? (readRecords > 0 ? readRecords : DEFAULT_RECORDS);
  const estimates = requests.map((request) => {
    const size = cloud.pricedFunction(request.execution);
    const measured =
      requests.length === 1 && report !== undefined
        ? cloud.measuredRates(report.run_id, readRecords, useOf(report.cloud ?? []))
        : undefined;
    const rates = measured ?? cloud.ASSUMED_RATES;
    return {
      request,
      rates,
      estimate: cloud.estimateCost(size, request.execution.timeoutSeconds, records, rates),
    };
  });
  const prices = cloud.currentPrices();
  const { colours } = context.stdout;
  return {
    json: () => ({
      currency: "USD",
      prices: { as_of: prices.as_of, note: prices.note },
      estimate: {
        records,
        functions: estimates.map(({ request, rates, estimate }) => ({
          plugins: request.plugins.map(({ reference }) => reference.text),
          memory_mb: request.execution.memoryMb,
          rates: rates.origin,
          invocations: estimate.use.invocations,
          billed_ms: Math.round(estimate.use.billedMilliseconds),
          cost: estimate.total,
        })),
      },
      ...(report === undefined ? {} : { billed: { run_id: report.run_id, functions: billed } }),
    }),
    text: () => [
      colours.bold(`Estimate for ${counted(records, "record")}`),
      ...formatTable(
        estimates.map(({ request, rates, estimate: { use, total } }) => [
          pluginsOf(request),
          counted(use.invocations, "invocation"),
          formatSeconds(use.billedMilliseconds / 1000),
          dollars(total),
          colours.dim(rates.origin),
        ]),
        { indent: "  " },
      ),
      "",
      ...(report === undefined
        ? ["No run of this job was billed yet."]
        : [
            colours.bold(`Billed for run ${report.run_id}`),
            ...formatTable(
              billed.map((one) => [
                one.function,
                counted(one.invocations, "invocation"),
                formatSeconds(one.billed_ms / 1000),
                formatBytes(one.response_bytes),
                one.cost === null ? "unknown" : dollars(one.cost),
                colours.dim(one.remark ?? ""),
              ]),
              { indent: "  " },
            ),
          ]),
      "",
      colours.dim(`Prices as of ${prices.as_of}. ${prices.note}`),
    ],
  };
};

/** The report of the run that is named, or of the newest run of a job that invoked functions. */
async function lastRun(
  stateDir: string,
  key: string,
  name: string,
  wanted: string | undefined,
): Promise<RunReport | undefined> {
  if (wanted !== undefined) {
    const directory = await RunDirectory.open(stateDir, wanted);
    return (await directory.readReport()) as RunReport | undefined;
  }
  for (const { id, job } of (await RunDirectory.list(stateDir)).slice(0, LOOKED_THROUGH)) {
    if (job !== key && job !== name) continue;
    const directory = await RunDirectory.open(stateDir, id);
    const report = (await directory.readReport()) as RunReport | undefined;
    if (report?.cloud !== undefined && report.cloud.length > 0) return report;
  }
  return undefined;
}

function billedCost({ cloud, job, requests }: CloudJob, usage: FunctionUsage) {
  const record = cloud.readDeploymentRecord(job.projectRoot, usage.function);
  const present = requests[0];
  const size =
    record === undefined
      ? present && cloud.pricedFunction(present.execution)
      : {
          provider: record.provider,
          memoryMb: record.memory_mb,
          architecture: record.architecture,
        };
  const isComplete = usage.unreported === 0;
  return {
    ...usage,
    memory_mb: size?.memoryMb ?? null,
    cost: size === undefined ? null : cloud.functionCost(size, useOf([usage])).total,
    ...(isComplete
      ? {}
      : {
          remark: `${counted(usage.unreported, "invocation")} of which the provider did not say what it bills`,
        }),
  };
}

function useOf(usage: readonly FunctionUsage[]) {
  const sum = (of: (one: FunctionUsage) => number) => usage.reduce((total, one) => total + of(one), 0);
  return {
    invocations: sum((one) => one.invocations),
    billedMilliseconds: sum((one) => one.billed_ms),
    responseBytes: sum((one) => one.response_bytes),
  };
}

/** Dollars with as many digits as say something. */
function dollars(amount: number): string {
  return `$${amount >= 1 ? amount.toFixed(2) : amount === 0 ? "0" : Number(amount.toPrecision(2)).toFixed(Math.min(8, 1 - Math.floor(Math.log10(amount))))}`;
}
