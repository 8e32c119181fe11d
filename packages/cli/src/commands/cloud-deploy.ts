import { readCloudJob } from "../cloud-job.js";
import type { CommandHandler } from "../command.js";
import { formatBytes, formatSeconds } from "../terminal/numbers.js";
import { formatTable } from "../terminal/table.js";

/** `dativo cloud plan`: packages, and says what deploying would do. */
export const cloudPlan: CommandHandler<"cloud plan"> = async ({ arguments: { job: path }, context }) => {
  const { cloud, requests } = await readCloudJob(path, context);
  const plans = await cloud.planFunctions(requests, {
    signal: context.cancellation(),
    onProgress: (step) => context.stderr.line(`  ${step}`),
  });
  const described = plans.map(({ request, packaged, name, place, present, unknown }) => ({
    function: name,
    place,
    action: unknown !== undefined ? "unknown" : present === undefined ? "create" : "none",
    ...(unknown === undefined ? {} : { reason: unknown }),
    plugins: request.plugins.map(({ kind, reference }) => ({ kind, reference: reference.text })),
    runtime: packaged.runtime,
    architecture: packaged.architecture,
    handler: packaged.handler,
    memory_mb: request.execution.memoryMb,
    timeout_seconds: request.execution.timeoutSeconds,
    environment_variables: Object.keys(request.execution.environmentVariables),
    package: {
      sha256: packaged.sha256,
      bytes: packaged.zip.length,
      unpacked_bytes: packaged.unpackedBytes,
      largest: packaged.largest.map(([part, bytes]) => ({ path: part, bytes })),
    },
    notices: packaged.notices,
  }));
  const { colours } = context.stdout;
  return {
    json: () => ({ functions: described }),
    text: () =>
      described.flatMap((one) => [
        `${colours.bold(one.function)}  ${one.place}  ${ACTIONS[one.action as keyof typeof ACTIONS]}`,
        ...(one.reason === undefined ? [] : [`  ${colours.yellow(one.reason)}`]),
        ...formatTable(
          [
            ...one.plugins.map(({ kind, reference }) => [kind, reference]),
            [
              "runs as",
              `${one.runtime} ${one.architecture}, ${one.memory_mb} MB, ${formatSeconds(one.timeout_seconds)} at most`,
            ],
            [
              "package",
              `${formatBytes(one.package.bytes)}, ${formatBytes(one.package.unpacked_bytes)} unpacked: ${one.package.largest
                .slice(0, 3)
                .map((part) => `${part.path} ${formatBytes(part.bytes)}`)
                .join(", ")}`,
            ],
          ],
          { indent: "  " },
        ),
        ...one.notices.map((notice) => `  ${colours.yellow(notice)}`),
      ]),
  };
};

const ACTIONS = {
  create: "would be created",
  none: "is there: nothing to deploy",
  unknown: "cannot be looked for",
} as const;

/** `dativo cloud deploy`: sees to it that the job's functions are there. */
export const cloudDeploy: CommandHandler<"cloud deploy"> = async ({ arguments: { job: path }, context }) => {
  const { cloud, requests } = await readCloudJob(path, context);
  const deploy = cloud.createDeployer();
  const deployed: { function: string; resource: string; outcome: string }[] = [];
  for (const request of requests) {
    const { name, resource, outcome } = await deploy(request, {
      signal: context.cancellation(),
      onProgress: (step) => context.stderr.line(`  ${step}`),
    });
    deployed.push({ function: name, resource, outcome });
  }
  const { colours } = context.stdout;
  return {
    json: () => ({ functions: deployed }),
    text: () =>
      deployed.map(
        ({ function: name, resource, outcome }) =>
          `${colours.green("✔")} ${colours.bold(name)}  ${outcome}  ${colours.dim(resource)}`,
      ),
  };
};
