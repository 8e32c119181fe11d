import type { HostContext, PluginSpec } from "@dativo/protocol";
import { toWire, type Wire } from "@dativo/runtime-host";
import type { DeployedFunction } from "../deploy/function-deployer.js";
import { ObjectStore, objectAddress } from "../staging/object-store.js";
import { splitSecrets } from "./config-secrets.js";
import { COORDINATOR_IDENTITY } from "./coordinator-identity.js";
import type { FunctionCall } from "./function-calls.js";
import { answersOf, type InvokedFunction, invokeFunction, type StreamFrame } from "./invoke-function.js";
import { StagingArea } from "./staging-area.js";

/** Number of the call that opens the instance in each invocation, behind `invocation` and `load`. */
const INSTANCE = 2;

/** How the plugin inside a function is loaded and opened, in each of its invocations anew. */
export class PluginSession {
  private constructor(
    readonly invoked: InvokedFunction,
    private readonly opening: readonly FunctionCall[],
    private readonly secrets: Readonly<Record<string, string>>,
    /** Where batches lie that a request or a response has no room for; undefined when the job names no place. */
    readonly staging: StagingArea | undefined,
  ) {}

  /** Prepares a session; secrets of the configuration are handed to the provider's store. */
  static async open(
    deployed: DeployedFunction,
    invoked: InvokedFunction,
    loading: FunctionCall,
    spec: PluginSpec,
    open: {
      readonly operation: string;
      readonly params: Wire;
      readonly config: object;
      readonly host: HostContext;
      readonly staging: string | undefined;
    },
  ): Promise<PluginSession> {
    const { run, projectRoot, redactor, signal } = open.host;
    const { config, secrets } = splitSecrets(open.config, spec, redactor);
    const stored = Object.keys(secrets).length === 0 ? {} : await deployed.storeSecrets(secrets, signal);
    const references = { ...deployed.secretReferences, ...stored };
    const params = { ...open.params, config: toWire(config), run, project_root: projectRoot };
    const staging =
      open.staging === undefined
        ? undefined
        : new StagingArea(new ObjectStore(COORDINATOR_IDENTITY), objectAddress(open.staging, run.id));
    return new PluginSession(invoked, [loading, { operation: open.operation, params }], references, staging);
  }

  /** Makes calls on the instance in one invocation, and returns the answer of each. */
  async call(calls: readonly FunctionCall[], signal: AbortSignal): Promise<readonly unknown[]> {
    const answers = await answersOf(this.invoked, this.around(calls), { secrets: this.secrets }, signal);
    return answers.slice(this.opening.length, -1);
  }

  /** Makes one call that streams, without objects that have ended before. */
  stream(
    call: FunctionCall,
    ended: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<StreamFrame, unknown, undefined> {
    const needs = { secrets: this.secrets, ended, staging: this.staging?.prefix };
    return invokeFunction(this.invoked, this.around([call]), needs, signal);
  }

  private around(calls: readonly FunctionCall[]): readonly FunctionCall[] {
    const onInstance = [...calls, { operation: "close", params: {} }].map((call) => ({
      ...call,
      params: { instance: INSTANCE, ...call.params },
    }));
    return [...this.opening, ...onInstance];
  }
}
