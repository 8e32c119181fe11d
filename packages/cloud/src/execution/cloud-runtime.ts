import { DativoError, type PluginRuntime } from "@dativo/protocol";
import type { FunctionDeployer, FunctionPlugin, FunctionRequest } from "../deploy/function-deployer.js";
import { openCloudPlugin } from "./cloud-plugin.js";
import type { RecoveryPolicy } from "./recovery.js";
import { admitting } from "./throttled-transport.js";

/** What a runtime of cloud functions works with. */
export interface CloudRuntimeOptions {
  readonly deploy: FunctionDeployer;
  readonly recovery?: RecoveryPolicy;
}

/**
 * The runtime of plugins that a job places in the cloud, whatever their language: the function is deployed when the
 * plugin is loaded, unless one with the same contents is there.
 *
 * @example
 * const runtime = createCloudRuntime({ deploy: createDeployer() });
 */
export function createCloudRuntime({ deploy, recovery }: CloudRuntimeOptions): PluginRuntime {
  return {
    name: "cloud",
    placements: ["cloud"],
    handles: () => true,
    load: async (reference, options) => {
      const {
        placement,
        projectRoot,
        searchPaths,
        kind = "reader",
        log,
        redactor,
        onInvocation,
        partner,
      } = options;
      const execution = placement.cloud;
      if (execution === undefined)
        throw new DativoError({
          code: "INTERNAL",
          message: "A plugin is placed in the cloud without settings.",
        });
      const { signal } = new AbortController();
      const deployed = await deploy(
        {
          execution,
          plugins: pluginsOf({ kind, reference }, partner),
          projectRoot,
          searchPaths,
          jobKey: options.jobKey ?? "job",
          ...(placement.python === undefined ? {} : { python: placement.python }),
          redactor,
        },
        { signal, onProgress: (message) => log({ level: "info", source: "cloud", message }) },
      );
      const { maxConcurrency } = execution;
      const transport = admitting(deployed.transport, maxConcurrency === undefined ? {} : { maxConcurrency });
      return await openCloudPlugin({
        deployed: { ...deployed, transport, storeSecrets: (...given) => deployed.storeSecrets(...given) },
        reference,
        kind,
        partner,
        log,
        redactor,
        signal,
        onInvocation,
        staging: execution.staging,
        ...(recovery === undefined ? {} : { recovery }),
      });
    },
  };
}

/** The plugins of a function, the reader first: whichever of the two is loaded, it is the same function. */
function pluginsOf(plugin: FunctionPlugin, partner: FunctionPlugin | undefined): FunctionRequest["plugins"] {
  if (partner === undefined) return [plugin];
  return plugin.kind === "reader" ? [plugin, partner] : [partner, plugin];
}
