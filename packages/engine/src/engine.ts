import {
  type ConnectionTestResult,
  checkStatus,
  type DiscoveryResult,
  type HostContext,
  type Json,
  type LogRecord,
  type Placement,
  type PluginSpec,
} from "@dativo/protocol";
import type { JobWarning, ResolvedJob } from "./job/resolved-job.js";
import type { PartitionCall, PartitionReference } from "./partition/coordinator.js";
import { runPartition } from "./partition/run-partition.js";
import { makePlan, type Plan, type PlanOptions } from "./plan/plan.js";
import { discoverObjects, planJob } from "./plan/plan-job.js";
import { type LoadedPlugins, loadPlugins, type PluginSources } from "./plan/plugins.js";
import type { RunReport } from "./report/run-report.js";
import { defaultObject } from "./run/default-object.js";
import { hostContext } from "./run/host-context.js";
import { type ReplayOptions, replayRun } from "./run/replay.js";
import { type RunOptions, runJob } from "./run/run-job.js";
import { resetState, setState } from "./run/state-commands.js";
import { openWriter } from "./run/writers.js";
import { type ObjectState, StateStore } from "./store/state-store.js";

/** What surrounds a call that asks plugins something. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onLog?: ((record: LogRecord) => void) | undefined;
}

/** A job that is valid, and what is worth telling about it. */
export interface Validation {
  readonly reader: PluginSpec;
  readonly writer: PluginSpec;
  readonly warnings: readonly JobWarning[];
}

/** How one side of a job answered a check. */
export interface SideCheck {
  readonly plugin: string;
  readonly status: "ok" | "failed" | "unknown";
  readonly result: ConnectionTestResult;
}

/** Everything that can be done with a job. */
export interface Engine {
  /** Loads the plugins and checks the job against what they say of themselves; connects to nothing. */
  validate(job: ResolvedJob, options?: CallOptions): Promise<Validation>;
  /** Asks the source and the target whether they can be used. */
  check(
    job: ResolvedJob,
    options?: CallOptions,
  ): Promise<{ readonly source: SideCheck; readonly target: SideCheck }>;
  /** Asks the source which objects it has. */
  discover(job: ResolvedJob, options?: CallOptions): Promise<DiscoveryResult>;
  /** Says what a run would do. */
  plan(job: ResolvedJob, options?: PlanOptions & CallOptions): Promise<Plan>;
  /** Runs the job, or takes its unfinished run up again. */
  run(job: ResolvedJob, options?: RunOptions): Promise<RunReport>;
  /** Runs one part of a divided run, on behalf of whoever runs the others. */
  runPartition(job: ResolvedJob, partition: PartitionReference, call: PartitionCall): Promise<RunReport>;
  /** Checks the dead letters of a run again and writes those that pass. */
  replay(job: ResolvedJob, runId: string, options?: ReplayOptions): Promise<RunReport>;
  /** Positions of the job's objects. */
  state(job: ResolvedJob): Promise<Readonly<Record<string, ObjectState>>>;
  /** Sets the position of one object. */
  setState(job: ResolvedJob, object: string, state: Json): Promise<void>;
  /** Forgets one object, or all of them and the job's unfinished run. Returns the names forgotten. */
  resetState(job: ResolvedJob, object?: string): Promise<readonly string[]>;
}

/**
 * Makes an engine of the runtimes that load plugins and of the plugins that are built in.
 *
 * @example
 * const engine = createEngine({ runtimes: [createNodeRuntime()], builtins: { readers, writers } });
 * const report = await engine.run(readJobFile("jobs/quakes.yaml"));
 */
export function createEngine(sources: PluginSources): Engine {
  return {
    validate: (job, options) =>
      withPlugins(onThisMachine(job), sources, options, async (plugins) => validate(job, plugins)),
    check: (job, options) => withPlugins(job, sources, options, (plugins, host) => check(job, plugins, host)),
    discover: (job, options) =>
      withPlugins(job, sources, options, async (plugins, host) =>
        job.redactor.value(await discoverObjects(job, plugins, host)),
      ),
    plan: (job, options = {}) =>
      withPlugins(onThisMachine(job), sources, options, async (plugins, host) =>
        planJob(job, plugins, await stateStore(job).read(), options, host),
      ),
    run: (job, options = {}) => runJob(job, sources, options),
    runPartition: (job, partition, call) => runPartition(job, sources, partition, call),
    replay: (job, runId, options = {}) => replayRun(job, sources, runId, options),
    state: (job) => stateStore(job).read(),
    setState,
    resetState,
  };
}

function stateStore(job: ResolvedJob): StateStore {
  return new StateStore({ stateDir: job.stateDir, jobKey: job.key });
}

async function withPlugins<T>(
  job: ResolvedJob,
  sources: PluginSources,
  options: CallOptions = {},
  use: (plugins: LoadedPlugins, host: HostContext) => Promise<T>,
): Promise<T> {
  const log = (record: LogRecord) => options.onLog?.(job.redactor.value(record));
  const host = hostContext(job, "none", options.signal ?? new AbortController().signal, log);
  const plugins = await loadPlugins(job, sources, { log });
  try {
    return await use(plugins, host);
  } finally {
    await plugins.close();
  }
}

/** The job with plugins that run in the cloud loaded here, as nothing is deployed to look at them. */
function onThisMachine(job: ResolvedJob): ResolvedJob {
  const here = <T extends { readonly placement: Placement }>(side: T): T => {
    const { cloud: _, kind, ...placement } = side.placement;
    return { ...side, placement: { ...placement, kind: kind === "cloud" ? "in_process" : kind } };
  };
  return { ...job, source: here(job.source), target: here(job.target) };
}

/** What can be found wrong without asking the source. */
function validate(job: ResolvedJob, { reader, writer }: LoadedPlugins): Validation {
  const plan = () =>
    makePlan({ job, reader: reader.spec, writer: writer.spec, discovered: undefined, states: {} }, {});
  // Which key a source discovers is only known when it is asked.
  if (reader.spec.objects !== undefined) plan();
  else if (job.mode !== "merge") plan().planObject({ name: defaultObject(job), incremental: true });
  return { reader: reader.spec, writer: writer.spec, warnings: job.warnings };
}

async function check(
  job: ResolvedJob,
  plugins: LoadedPlugins,
  host: HostContext,
): Promise<{ readonly source: SideCheck; readonly target: SideCheck }> {
  const object = defaultObject(job);
  const reader = await plugins.reader.openReader({ config: job.source.config, host, defaultObject: object });
  const source = await reader.check(host.signal).finally(() => reader.close());
  const writer = await openWriter(job, plugins, host, { object, mode: job.mode ?? "append" });
  const target = await writer.check(host.signal).finally(() => writer.close());
  // What a plugin says of a refused login may hold the password.
  return job.redactor.value({
    source: { plugin: plugins.reader.spec.name, status: checkStatus(source), result: source },
    target: { plugin: plugins.writer.spec.name, status: checkStatus(target), result: target },
  });
}
