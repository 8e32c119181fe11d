import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createEngine, type Engine, type ResolvedJob } from "@dativo/engine";
import type { PluginRuntime } from "@dativo/protocol";
import { builtins } from "./builtins.js";
import { loadCloud } from "./load-cloud.js";
import { sharedPackages } from "./shared-packages.js";
import { keepPrintsOutOfResults } from "./terminal/standard-output.js";

/** An engine that is handed everything a job needs, and loads nothing else. */
export async function openEngine(job: ResolvedJob): Promise<Engine> {
  const isCustom = job.source.customReader !== undefined || job.target.customWriter !== undefined;
  const runtimes = isCustom ? [cloudRuntime, ...(await pluginRuntimes())] : [];
  return createEngine({ runtimes, builtins: builtins() });
}

/** The language hosts on this machine, in the order in which they are asked whether they load a reference. */
export async function pluginRuntimes(): Promise<PluginRuntime[]> {
  const { createNodeRuntime } = await import("@dativo/runtime-node");
  // Plugins without an install of their own find the SDK where the command was installed.
  return [
    nativeRuntime,
    pythonRuntime,
    createNodeRuntime({
      fallbackResolveFrom: [dirname(fileURLToPath(import.meta.url))],
      shared: sharedPackages(),
    }),
  ];
}

/** The runtime of plugins that a job places in the cloud, whose code is read once a job does. */
const cloudRuntime: PluginRuntime = {
  name: "cloud",
  placements: ["cloud"],
  handles: () => true,
  load: async (reference, options) => {
    const { createCloudRuntime, createDeployer } = await loadCloud(options.projectRoot);
    return await createCloudRuntime({ deploy: createDeployer() }).load(reference, options);
  },
};

/** The runtime of Python plugins, whose code is read once a job names one. */
const pythonRuntime: PluginRuntime = {
  name: "python",
  handles: ({ location }) => /\.py$/i.test(location),
  load: async (reference, options) => {
    const { createPythonRuntime } = await import("@dativo/runtime-python");
    return await createPythonRuntime().load(reference, options);
  },
};

/** The runtime of shared libraries, whose code is read once a job names one. */
const nativeRuntime: PluginRuntime = {
  name: "native",
  handles: (reference) => /\.(?:so|dylib|dll)$/i.test(reference.location),
  load: async (reference, options) => {
    const { createNativeRuntime } = await import("@dativo/runtime-native");
    if (options.placement.kind === "in_process") await keepPrintsOutOfResults();
    return await createNativeRuntime().load(reference, options);
  },
};
