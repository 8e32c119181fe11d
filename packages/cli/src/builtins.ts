import type { Builtins, ResolvedJob } from "@dativo/engine";
import { builtinReaders, builtinWriters } from "@dativo/connectors";
import { PLUGIN, type Plugin, type PluginExport } from "@dativo/protocol";

type Registry = Readonly<Record<string, () => Promise<PluginExport>>>;

/** Names a job may give as `source.type` and `target.type`. */
export function builtinTypes(): { readonly readerTypes: readonly string[]; readonly writerTypes: readonly string[] } {
  return { readerTypes: Object.keys(builtinReaders), writerTypes: Object.keys(builtinWriters) };
}

/** The built-in plugins that a job uses; the others are not loaded. */
export async function builtinsOf(job: ResolvedJob): Promise<Builtins> {
  const { source, target } = job;
  return {
    readers: source.customReader === undefined ? await builtin(builtinReaders, source.config.type) : {},
    writers: target.customWriter === undefined ? await builtin(builtinWriters, target.config.type) : {},
  };
}

async function builtin(registry: Registry, type: string): Promise<Record<string, Plugin>> {
  const load = Object.hasOwn(registry, type) ? registry[type] : undefined;
  if (load === undefined) return {};
  const [plugin, { guardPlugin }] = await Promise.all([load(), import("@dativo/runtime-node")]);
  return { [type]: guardPlugin(plugin[PLUGIN]) };
}
