import type { Coordinator, Plan, Progress, ResolvedJob, RunReport } from "@dativo/engine";
import { DativoError, formatFieldType, type Placement } from "@dativo/protocol";
import type { CommandHandler, CommandResult, ExitCode } from "../command.js";
import type { OptionsOf } from "../command-definition.js";
import type { CommandNamed } from "../command-table.js";
import type { Context } from "../context.js";
import { loadCloud } from "../load-cloud.js";
import { openEngine } from "../open-engine.js";
import { placementText, runsIn } from "../placement-text.js";
import { readJob } from "../read-job.js";
import { RunProgress } from "../run-progress.js";
import { runProblem, runSummary } from "../run-summary.js";
import { counted } from "../terminal/numbers.js";
import { formatTable } from "../terminal/table.js";
import { workerProcesses } from "../worker-processes.js";

/** `dativo run`: the engine runs the job; progress goes to standard error, the summary to standard output. */
export const run: CommandHandler<"run"> = async ({ arguments: { job: path }, options, context }) => {
  const job = readJob(path, context);
  requireCoordinator(options);
  const engine = await openEngine(job);
  const { objects, limit, fullRefresh, dryRun, workers } = options;
  const wanted = { objects, limit, fullRefresh };
  const signal = context.cancellation();
  if (options.explain === true)
    return explained(await engine.plan(job, { ...wanted, dryRun, signal }), context);
  using progress = new RunProgress(context.stderr);
  const report = await engine.run(job, {
    ...wanted,
    dryRun,
    workers,
    executor: (needs) => workerProcesses(path, needs, context),
    ...(options.coordinator === "restate"
      ? { coordinator: await restate(job, options.restateUrl, context) }
      : {}),
    signal,
    onProgress: (event) => progress.update(shownProgress(event)),
    onResume: ({ runId, commits, records }) =>
      progress.line(
        `  resuming ${runId} from checkpoint ${commits} (${counted(records, "record")} committed)`,
      ),
    onLog: (record) => progress.log(record),
  });
  return reported(report, context);
};

/** A coordinator keeps track of parts, so there must be some. */
function requireCoordinator({ coordinator, restateUrl, workers }: OptionsOf<CommandNamed<"run">>): void {
  const problem =
    coordinator === "restate" && workers === undefined
      ? "--coordinator restate keeps track of the parts of a run, and without --workers it is not divided."
      : coordinator !== "restate" && restateUrl !== undefined
        ? "--restate-url says where a Restate server is, and without --coordinator restate there is none."
        : undefined;
  if (problem === undefined) return;
  throw new DativoError({
    code: "USAGE",
    message: problem,
    hint: "Such as: dativo run job.yaml --workers 8 --coordinator restate --restate-url http://127.0.0.1:8080",
  });
}

async function restate(
  job: ResolvedJob,
  ingressUrl: string | undefined,
  { env }: Context,
): Promise<Coordinator> {
  const { restateCoordinator } = await loadCloud(job.projectRoot, "--coordinator restate");
  return restateCoordinator({
    scope: `${job.stateDir} ${job.key}`,
    ingressUrl,
    adminUrl: env.DATIVO_RESTATE_ADMIN_URL,
  });
}

/** The report of a run as what a command prints; the run's errors are in it. */
export function reported(report: RunReport, { cwd, stdout, stderr, debug }: Context): CommandResult {
  return {
    exitCode: report.exit_code as ExitCode,
    json: () => report,
    text: () => runSummary(report, { cwd, colours: stdout.colours }),
    problem: () => runProblem(report, { cwd, colours: stderr.colours, debug }),
  };
}

/** The engine's progress as the display wants it. */
export function shownProgress({ object, read, estimate, records_per_second, checkpoint }: Progress) {
  return { object, read, estimate, recordsPerSecond: records_per_second, checkpoint };
}

function explained(plan: Plan, { stdout: { colours } }: Context): CommandResult {
  const { reader, writer, placements, outputBase, accepts, objects, transfer } = plan;
  const where = (placement: Placement) => {
    const text = placementText(placement);
    return text === undefined ? "" : `  ${colours.dim(`(${text})`)}`;
  };
  const described = objects.map(
    ({ name, incremental, cursor, schema, schemaOrigin, mode, modeReason, paths, state }) => ({
      object: name,
      incremental,
      ...(cursor === undefined ? {} : { cursor }),
      mode,
      mode_reason: modeReason,
      ...(paths.length === 0 ? {} : { paths }),
      schema_origin: schemaOrigin,
      ...(schema === undefined
        ? {}
        : {
            schema: schema.fields.map((field) => ({ name: field.name, type: formatFieldType(field.type) })),
          }),
      state,
    }),
  );
  return {
    json: () => ({
      reader: { name: reader.name, version: reader.version, runs: runsIn(placements.reader) },
      writer: { name: writer.name, version: writer.version, runs: runsIn(placements.writer) },
      output: outputBase,
      batch_forms: accepts,
      ...(transfer === undefined
        ? {}
        : { transfer: { in_function: transfer.inFunction, reason: transfer.reason } }),
      objects: described,
    }),
    text: () => [
      ...formatTable([
        ["reader", `${reader.name} ${reader.version}${where(placements.reader)}`],
        ["writer", `${writer.name} ${writer.version} → ${outputBase}${where(placements.writer)}`],
        ...(transfer === undefined
          ? []
          : [
              [
                "records",
                `${transfer.inFunction ? "stay in the function" : "pass through this process"}  ${colours.dim(`(${transfer.reason})`)}`,
              ],
            ]),
        ["batches", `${accepts.join(", ")}  ${colours.dim("(what the reader is asked for, best first)")}`],
      ]),
      ...(objects.length === 0
        ? ["", "Only the reader knows its objects; they are planned when it names them."]
        : []),
      ...described.flatMap(({ object, mode, mode_reason, paths, schema, schema_origin, state }) => [
        "",
        colours.bold(object),
        ...formatTable(
          [
            ["mode", `${mode}  ${colours.dim(`(${mode_reason})`)}`],
            ...(paths ?? [])
              .slice(0, 1)
              .map(({ from, to, reason }) => ["path", `${from} → ${to}  ${colours.dim(`(${reason})`)}`]),
            ["starts at", state === null ? "the start" : JSON.stringify(state)],
            [
              "schema",
              schema === undefined
                ? "inferred from the records"
                : `${schema.length} columns  ${colours.dim(`(${schema_origin})`)}`,
            ],
            ...(schema ?? []).map(({ name, type }) => ["", `${name}  ${colours.dim(type)}`]),
          ],
          { indent: "  " },
        ),
      ]),
    ],
  };
}
