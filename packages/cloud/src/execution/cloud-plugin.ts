import {
  type BatchForm,
  DativoError,
  type HostContext,
  type InvocationUsage,
  type LogRecord,
  type Plugin,
  type PluginReference,
  type PluginSpec,
  type Redactor,
} from "@dativo/protocol";
import { fromWire, guardPlugin, toWire } from "@dativo/runtime-host";
import type { DeployedFunction, FunctionPlugin } from "../deploy/function-deployer.js";
import { cloudReader } from "./cloud-reader.js";
import { cloudTransfer } from "./cloud-transfer.js";
import { cloudWriter } from "./cloud-writer.js";
import type { FunctionCall } from "./function-calls.js";
import { answersOf, type InvokedFunction } from "./invoke-function.js";
import { PluginSession } from "./plugin-session.js";
import { brokeOff, Recovery, type RecoveryPolicy } from "./recovery.js";

/** Which plugin of a function is used, and what surrounds it. */
export interface CloudPluginOptions {
  readonly deployed: DeployedFunction;
  readonly reference: PluginReference;
  readonly kind?: PluginSpec["kind"] | undefined;
  /** The other plugin of the function. */
  readonly partner?: FunctionPlugin | undefined;
  readonly log: (record: LogRecord) => void;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
  readonly onInvocation?: ((usage: InvocationUsage) => void) | undefined;
  readonly recovery?: RecoveryPolicy;
  /** Where batches are put that an invocation has no room for, such as `s3://bucket/prefix`. */
  readonly staging?: string | undefined;
}

/**
 * Opens a plugin inside a deployed function.
 *
 * @throws DativoError what loading throws, `CLOUD_NO_PROGRESS`, `CLOUD_THROTTLED`
 */
export async function openCloudPlugin(options: CloudPluginOptions): Promise<Plugin> {
  const { deployed, reference, kind, recovery, redactor, staging } = options;
  const invoked: InvokedFunction = {
    transport: deployed.transport,
    log: options.log,
    redactor,
    onInvocation: options.onInvocation ?? (() => undefined),
  };
  const loading: FunctionCall = {
    operation: "load",
    params: { reference: reference.text, ...(kind === undefined ? {} : { kind }) },
  };
  const spec = await loadedSpec(invoked, loading, options);
  const session = (operation: string, params: object, { config, host }: Opening) =>
    PluginSession.open(deployed, { ...invoked, log: host.log, redactor: host.redactor }, loading, spec, {
      operation,
      params: toWire(params),
      config,
      host,
      staging,
    });
  const guarded = guardPlugin(
    {
      spec,
      openReader: async ({ config, host, ...open }) =>
        cloudReader(await session("open_reader", open, { config, host }), recovery),
      openWriter: async ({ config, host, asset, ...open }) =>
        cloudWriter(
          await session("open_writer", { ...open, asset: toWire(asset) }, { config, host }),
          recovery,
        ),
    },
    // The provider ends what takes too long.
    { callTimeoutSeconds: 0, remote: true },
  );
  if (kind !== "reader" || options.partner === undefined) return guarded;
  const transfer = cloudTransfer({ deployed, invoked, reader: { reference, spec }, writer: options.partner });
  return { ...guarded, transfer };
}

/** What does not travel as it is. */
interface Opening {
  readonly config: object;
  readonly host: HostContext;
}

async function loadedSpec(
  invoked: InvokedFunction,
  loading: FunctionCall,
  { recovery, signal }: CloudPluginOptions,
): Promise<PluginSpec> {
  const attempts = new Recovery(invoked.transport.name, recovery);
  for (;;)
    try {
      const [answer] = await answersOf(invoked, [loading], { secrets: {} }, signal);
      const { spec } = (answer ?? {}) as { spec?: object };
      if (spec === undefined)
        throw new DativoError({ code: "ABI_VIOLATION", message: "A function loaded no plugin." });
      return elsewhere(fromWire<PluginSpec>(spec));
    } catch (error) {
      if (signal.aborted || !brokeOff(error)) throw error;
      await attempts.next(false, error, signal);
    }
}

/** The spec as it holds for another machine, where neither pointers nor queries over local files lead. */
function elsewhere({ yields, accepts, ...spec }: PluginSpec): PluginSpec {
  const travels = (forms: readonly BatchForm[]) =>
    forms.filter((form) => form !== "native" && form !== "relation");
  return {
    ...spec,
    ...(yields === undefined ? {} : { yields: travels(yields) }),
    ...(accepts === undefined ? {} : { accepts: travels(accepts) }),
  };
}
