import { builtinReaders, builtinWriters } from "@dativo/connectors";
import type { Builtins } from "@dativo/engine";
import { PLUGIN, type Plugin, type PluginExport } from "@dativo/protocol";

type Registry = Readonly<Record<string, () => Promise<PluginExport>>>;

/** Names a job may give as `source.type` and `target.type`. */
export function builtinTypes(): {
  readonly readerTypes: readonly string[];
  readonly writerTypes: readonly string[];
} {
  return { readerTypes: Object.keys(builtinReaders), writerTypes: Object.keys(builtinWriters) };
}

/** The built-in plugins; each is loaded when a job first names it. */
export function builtins(): Builtins {
  return { readers: guarded(builtinReaders), writers: guarded(builtinWriters) };
}

function guarded(registry: Registry): Record<string, () => Promise<Plugin>> {
  return Object.fromEntries(
    Object.entries(registry).map(([type, load]) => [
      type,
      async () => {
        const [plugin, { guardPlugin }] = await Promise.all([load(), import("@dativo/runtime-host")]);
        return guardPlugin(plugin[PLUGIN]);
      },
    ]),
  );
}
