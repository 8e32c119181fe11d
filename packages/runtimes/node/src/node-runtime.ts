import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Placement, Plugin, PluginReference, PluginRuntime } from "@dativo/protocol";
import {
  DEFAULT_CALL_TIMEOUT_SECONDS,
  guardPlugin,
  installHostGuards,
  type PluginProgram,
} from "@dativo/runtime-host";
import { type LoadOptions, loadPlugin } from "./load/load-plugin.js";
import { isPackageName, isScriptPath } from "./load/reference-form.js";
import type { SharedPackage } from "./load/shared-packages.js";
import { leakedHandles, openResources } from "./open-resources.js";

/** How TypeScript and JavaScript plugins are hosted. */
export interface NodeRuntimeOptions {
  /**
   * Folders from which `@dativo/sdk`, `@dativo/protocol` and `zod` are resolved for plugins that have not installed
   * them, and packages that the project has not, in order.
   * @default []
   */
  readonly fallbackResolveFrom?: readonly string[];
  /**
   * Packages that plugins take from this process when theirs has the same version.
   * @default []
   */
  readonly shared?: readonly SharedPackage[];
}

/** A loaded TypeScript or JavaScript plugin. */
export interface NodePlugin extends Plugin {
  /** Absolute paths of the plugin's own source files; after a change, `load` gives the new code. */
  readonly sources: readonly string[];
}

/** The runtime for TypeScript and JavaScript plugins. */
export interface NodeRuntime extends PluginRuntime {
  load(reference: PluginReference, options: Parameters<PluginRuntime["load"]>[1]): Promise<NodePlugin>;
}

/**
 * The runtime for plugins that are TypeScript or JavaScript files (`plugins/usgs.ts:default`) or packages
 * (`@acme/usgs:default`), in this process or in a child process.
 *
 * @example
 * const runtime = createNodeRuntime();
 * const plugin = await runtime.load(parsePluginReference("plugins/usgs.ts:default"), options);
 */
export function createNodeRuntime(options: NodeRuntimeOptions = {}): NodeRuntime {
  const fallbackResolveFrom = [...(options.fallbackResolveFrom ?? []), protocolFolder()];
  const shared = options.shared ?? [];
  return {
    name: "node",
    handles: ({ location }) => isScriptPath(location) || isPackageName(location),
    load: async (reference, { projectRoot, searchPaths, placement, log, redactor }) => {
      const timeoutSeconds = placement.callTimeoutSeconds ?? DEFAULT_CALL_TIMEOUT_SECONDS;
      const loading: LoadOptions = {
        projectRoot,
        searchPaths,
        fallbackResolveFrom,
        shared,
        timeoutSeconds,
        log,
        redactor,
      };
      if (placement.kind === "in_process") return await loadInProcess(reference, loading);
      const { startChildPlugin } = await import("@dativo/runtime-host");
      const search = { projectRoot, searchPaths, fallbackResolveFrom, shared, timeoutSeconds };
      const program = childProgram(placement);
      return await startChildPlugin({
        reference,
        program,
        loading: search,
        placement,
        timeoutSeconds,
        log,
        redactor,
      });
    },
  };
}

/** The module that a plugin's process runs. */
const CHILD_MAIN = fileURLToPath(new URL("./child-main.js", import.meta.url));

function childProgram({ memoryLimitMb }: Placement): PluginProgram {
  const heap = memoryLimitMb === undefined ? [] : [`--max-old-space-size=${memoryLimitMb}`];
  return { command: process.execPath, args: [...heap, CHILD_MAIN] };
}

/** The protocol's own folder, from which it and zod can be resolved. */
function protocolFolder(): string {
  return dirname(createRequire(import.meta.url).resolve("@dativo/protocol"));
}

async function loadInProcess(reference: PluginReference, options: LoadOptions): Promise<NodePlugin> {
  // The guards open the standard streams, which are not the plugin's.
  installHostGuards();
  const before = openResources();
  const { plugin, sources } = await loadPlugin(reference, options);
  const guarded = guardPlugin(plugin, { callTimeoutSeconds: options.timeoutSeconds, sources });
  return {
    ...guarded,
    sources,
    close: async () => {
      await guarded.close();
      const leaked = await leakedHandles(before);
      const kinds = Object.entries(leaked).map(([kind, count]) => `${count} ${kind}`);
      if (kinds.length === 0) return;
      options.log({
        level: "warn",
        source: plugin.spec.name,
        message: `Still open after plugin "${plugin.spec.name}" was closed: ${kinds.join(", ")}.`,
        fields: { leaked },
      });
    },
  };
}
