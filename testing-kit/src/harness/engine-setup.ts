import { createEngine, type Engine } from "@dativo/engine";
import { PLUGIN, type Plugin, type PluginExport } from "@dativo/protocol";
import { guardPlugin } from "@dativo/runtime-host";
import { installedRuntimes } from "../project/runtimes.js";
import { SAMPLE_SOURCE, sampleSource } from "./sample-source.js";
import { TABLE_TARGET, tableTarget } from "./table-target.js";

/** Plugins that a test hands over instead of naming them in a job file. */
export interface HandedPlugins {
  readonly readers?: Readonly<Record<string, PluginExport>>;
  readonly writers?: Readonly<Record<string, PluginExport>>;
}

/** An engine with the installed runtimes, the kit's sample source and table target, and the plugins handed over. */
export async function setUpEngine(projectRoot: string, plugins: HandedPlugins = {}): Promise<Engine> {
  return createEngine({
    runtimes: await installedRuntimes(projectRoot),
    builtins: {
      readers: guarded({ ...plugins.readers, [SAMPLE_SOURCE]: sampleSource }),
      writers: guarded({ ...plugins.writers, [TABLE_TARGET]: tableTarget }),
    },
  });
}

function guarded(plugins: Readonly<Record<string, PluginExport>>): Record<string, Plugin> {
  return Object.fromEntries(
    Object.entries(plugins).map(([type, plugin]) => [type, guardPlugin(plugin[PLUGIN])]),
  );
}
