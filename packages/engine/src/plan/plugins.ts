import {
  assertContractVersion,
  DativoError,
  type InvocationUsage,
  type LogRecord,
  nearestNames,
  type Placement,
  type Plugin,
  type PluginReference,
  type PluginRuntime,
} from "@dativo/protocol";
import type { ResolvedJob, ResolvedSource, ResolvedTarget } from "../job/resolved-job.js";
import { sharesFunction } from "../job/shared-function.js";

/** A plugin that ships with Dativo, or what loads it when a job first names it. */
export type BuiltinPlugin = Plugin | (() => Promise<Plugin>);

/** Readers and writers that ship with Dativo, by the `type` that a job names. */
export interface Builtins {
  readonly readers: Readonly<Record<string, BuiltinPlugin>>;
  readonly writers: Readonly<Record<string, BuiltinPlugin>>;
}

/** Where plugins come from. */
export interface PluginSources {
  readonly runtimes: readonly PluginRuntime[];
  readonly builtins: Builtins;
}

/** Where what loaded plugins say goes. */
export interface PluginListeners {
  readonly log: (record: LogRecord) => void;
  /** Told of each invocation of a cloud function. */
  readonly onInvocation?: ((usage: InvocationUsage) => void) | undefined;
}

/** The two plugins of a job. */
export interface LoadedPlugins {
  readonly reader: Plugin;
  readonly writer: Plugin;
  /** Ends the hosts of loaded plugins; built-in ones stay. */
  close(): Promise<void>;
}

/**
 * Loads the reader and the writer of a job.
 *
 * @throws DativoError `CONFIG_INVALID`, `PLUGIN_NOT_FOUND`, `PLUGIN_INVALID` or what the runtime throws
 */
export async function loadPlugins(
  job: ResolvedJob,
  sources: PluginSources,
  listeners: PluginListeners,
): Promise<LoadedPlugins> {
  const loaded: Plugin[] = [];
  const load = async (side: Side): Promise<Plugin> => {
    const plugin =
      side.reference === undefined
        ? await builtin(side)
        : await loadCustom(side.reference, side, job, sources, listeners);
    if (side.reference !== undefined) loaded.push(plugin);
    assertKind(plugin, side);
    return plugin;
  };
  const close = async () => {
    await Promise.allSettled(loaded.map((plugin) => plugin.close()));
  };
  try {
    const reader = await load(readerSide(job.source, sources));
    const writer = await load(writerSide(job.target, sources));
    return { reader, writer, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where a runtime runs plugins that does not say so. */
const LOCAL: readonly Placement["kind"][] = ["in_process", "child_process"];

interface Side {
  readonly kind: "reader" | "writer";
  readonly reference: PluginReference | undefined;
  readonly key: string;
  readonly type: string;
  readonly builtins: Readonly<Record<string, BuiltinPlugin>>;
  readonly placement: ResolvedSource["placement"];
}

function readerSide(source: ResolvedSource, { builtins }: PluginSources): Side {
  const { customReader: reference, placement, config } = source;
  const key = reference === undefined ? "source.type" : "source.custom_reader";
  return { kind: "reader", reference, key, type: config.type, builtins: builtins.readers, placement };
}

function writerSide(target: ResolvedTarget, { builtins }: PluginSources): Side {
  const { customWriter: reference, placement, config } = target;
  const key = reference === undefined ? "target.type" : "target.custom_writer";
  return { kind: "writer", reference, key, type: config.type, builtins: builtins.writers, placement };
}

async function builtin({ builtins, type, key, kind }: Side): Promise<Plugin> {
  const plugin = Object.hasOwn(builtins, type) ? builtins[type] : undefined;
  if (plugin !== undefined) return typeof plugin === "function" ? plugin() : plugin;
  const names = Object.keys(builtins);
  const [nearest] = nearestNames(type, names);
  const known = names.length === 0 ? `No ${kind}s are built in.` : `Built in: ${names.join(", ")}.`;
  throw new DativoError({
    code: "CONFIG_INVALID",
    message: `${key} is "${type}", and there is no built-in ${kind} of that name.`,
    hint: `${nearest === undefined ? "" : `Did you mean "${nearest}"? `}${known} A plugin of your own is named by custom_${kind}.`,
    details: { key, type },
  });
}

async function loadCustom(
  reference: PluginReference,
  side: Side,
  job: ResolvedJob,
  { runtimes }: PluginSources,
  listeners: PluginListeners,
): Promise<Plugin> {
  const { placement, kind } = side;
  const there = runtimes.filter(({ placements = LOCAL }) => placements.includes(placement.kind));
  const runtime = there.find((candidate) => candidate.handles(reference));
  if (runtime === undefined && there.length === 0 && placement.kind === "cloud")
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: `${side.key} is placed in the cloud, and nothing here runs plugins there.`,
      hint: "Run the job with the dativo command, or set engine.cloud_execution.enabled to false.",
      details: { key: side.key, reference: reference.text },
    });
  if (runtime === undefined)
    throw new DativoError({
      code: "PLUGIN_NOT_FOUND",
      message: `${side.key} is "${reference.text}", and no runtime loads such a file.`,
      hint: `Runtimes: ${runtimes.map(({ name }) => name).join(", ") || "none"}. A plugin is named path:Name, such as plugins/shop.ts:default.`,
      details: { key: side.key, reference: reference.text },
    });
  const { projectRoot, searchPaths, redactor, key: jobKey } = job;
  return runtime.load(reference, {
    projectRoot,
    searchPaths,
    placement,
    jobKey,
    kind,
    partner: partnerOf(kind, job),
    redactor,
    ...listeners,
  });
}

function partnerOf(
  kind: Side["kind"],
  job: ResolvedJob,
): { readonly kind: Side["kind"]; readonly reference: PluginReference } | undefined {
  if (!sharesFunction(job)) return undefined;
  const other = kind === "reader" ? "writer" : "reader";
  const reference = other === "reader" ? job.source.customReader : job.target.customWriter;
  return reference === undefined ? undefined : { kind: other, reference };
}

function assertKind({ spec }: Plugin, { kind, key, reference, type }: Side): void {
  assertContractVersion({ name: spec.name, api: spec.api });
  if (spec.kind === kind) return;
  throw new DativoError({
    code: "PLUGIN_INVALID",
    message: `${key} names ${reference?.text ?? type}, which is a ${spec.kind}, not a ${kind}.`,
    hint: `Put it under ${spec.kind === "reader" ? "source.custom_reader" : "target.custom_writer"}, or name a ${kind}.`,
    details: { key },
  });
}
