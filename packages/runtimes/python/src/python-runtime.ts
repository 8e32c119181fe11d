import { fileURLToPath } from "node:url";
import {
  CONTRACT_VERSION,
  FRAME_PROTOCOL_VERSION,
  type Placement,
  type Plugin,
  type PluginReference,
  type PluginRuntime,
} from "@dativo/protocol";
import { DEFAULT_CALL_TIMEOUT_SECONDS, type PluginProgram, startChildPlugin } from "@dativo/runtime-host";
import { findInterpreter } from "./find-interpreter.js";

/** A loaded Python plugin. */
export interface PythonPlugin extends Plugin {
  /** Absolute paths of the plugin's own source files. */
  readonly sources: readonly string[];
}

/** The runtime for Python plugins. */
export interface PythonRuntime extends PluginRuntime {
  load(reference: PluginReference, options: Parameters<PluginRuntime["load"]>[1]): Promise<PythonPlugin>;
}

/** The script that a plugin's process runs; the package lies beside it. */
const HOST_SCRIPT = fileURLToPath(new URL("../python/dativo_host.py", import.meta.url));

/** Says whether a path names a Python file. */
function isPythonPath(path: string): boolean {
  return /\.py$/i.test(path);
}

/**
 * The runtime for plugins that are classes in Python files (`plugins/my_reader.py:MyReader`).
 *
 * Python always runs in a process of its own. A sandbox adds limits: of memory, and of the environment it sees.
 *
 * @example
 * const runtime = createPythonRuntime();
 * const plugin = await runtime.load(parsePluginReference("plugins/my_reader.py:MyReader"), options);
 */
export function createPythonRuntime(): PythonRuntime {
  return {
    name: "python",
    handles: ({ location }) => isPythonPath(location),
    load: async (reference, { projectRoot, searchPaths, placement, log, redactor }) =>
      await startChildPlugin({
        reference,
        program: programOf(placement, projectRoot),
        loading: { projectRoot, searchPaths },
        placement,
        timeoutSeconds: placement.callTimeoutSeconds ?? DEFAULT_CALL_TIMEOUT_SECONDS,
        log,
        redactor,
      }),
  };
}

function programOf(placement: Placement, projectRoot: string): PluginProgram {
  const { command, args } = findInterpreter({ named: placement.python, projectRoot, env: process.env });
  const memory = placement.kind === "child_process" ? (placement.memoryLimitMb ?? 0) : 0;
  return {
    command,
    args: [...args, HOST_SCRIPT, String(CONTRACT_VERSION), String(FRAME_PROTOCOL_VERSION), String(memory)],
    sharesMemory: true,
    env: placement.kind === "in_process" ? definedVariables(process.env) : {},
  };
}

function definedVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
