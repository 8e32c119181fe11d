import { fileURLToPath } from "node:url";
import type { PluginRuntime } from "@dativo/protocol";
import { DEFAULT_CALL_TIMEOUT_SECONDS, guardPlugin, type PluginProgram } from "@dativo/runtime-host";
import { isLibraryPath } from "./load/library-names.js";

/** The module that a plugin's process runs. */
const CHILD_MAIN = fileURLToPath(new URL("./child-main.js", import.meta.url));

/**
 * The runtime for plugins that are shared libraries (`target/release/libshop.so:create_reader`), in this process or in
 * a child process.
 *
 * @example
 * const runtime = createNativeRuntime();
 * const plugin = await runtime.load(parsePluginReference("libshop.so:create_reader"), options);
 */
export function createNativeRuntime(): PluginRuntime {
  return {
    name: "native",
    handles: ({ location }) => isLibraryPath(location),
    load: async (reference, { projectRoot, searchPaths, placement, kind, log, redactor }) => {
      const timeoutSeconds = placement.callTimeoutSeconds ?? DEFAULT_CALL_TIMEOUT_SECONDS;
      if (placement.kind === "in_process") {
        const { loadNativePlugin } = await import("./load/native-plugin.js");
        const { plugin } = loadNativePlugin(reference, { projectRoot, searchPaths, kind, log });
        return guardPlugin(plugin, { callTimeoutSeconds: timeoutSeconds, unstoppable: true });
      }
      const { startChildPlugin } = await import("@dativo/runtime-host");
      const program: PluginProgram = { command: process.execPath, args: [CHILD_MAIN], native: true };
      return await startChildPlugin({
        reference,
        program,
        loading: { projectRoot, searchPaths, ...(kind === undefined ? {} : { kind }) },
        placement,
        timeoutSeconds,
        log,
        redactor,
      });
    },
  };
}
