import type {
  HostContext,
  LogRecord,
  Placement,
  Plugin,
  PluginReference,
  PluginSpec,
  Redactor,
} from "@dativo/protocol";
import { CallGuard } from "../guard/call-guard.js";
import { runOutsideScope } from "../guard/call-scope.js";
import { guardPlugin } from "../guard/guard-plugin.js";
import { fromWire, toWire, type Wire } from "../wire/key-case.js";
import { Connection } from "./connection.js";
import type { PluginProgram } from "./plugin-process.js";
import { remoteReader, remoteWriter } from "./remote-instance.js";

/** Seconds that starting a process and compiling a plugin may take, beside what the plugin's own code may. */
const START_SECONDS = 30;

/** Which plugin is started in a process of its own, and how. */
export interface ChildPluginOptions {
  readonly reference: PluginReference;
  readonly program: PluginProgram;
  /** Parameters of the `load` call, beside the reference. */
  readonly loading: Readonly<Record<string, unknown>>;
  readonly placement: Placement;
  /** Seconds that one call, and loading the plugin, may take. */
  readonly timeoutSeconds: number;
  readonly log: (record: LogRecord) => void;
  readonly redactor: Redactor;
}

/** What a plugin's process says of the plugin it has loaded. */
interface Loaded {
  readonly spec: PluginSpec;
  readonly sources: readonly string[];
}

/**
 * Loads a plugin into a process of its own, which is started again when it has died and the plugin is opened again.
 *
 * None of the plugin's code runs in this process.
 *
 * @throws DativoError what loading in process throws, `PLUGIN_CRASHED`, `SANDBOX_ERROR`
 */
export async function startChildPlugin(
  options: ChildPluginOptions,
): Promise<Plugin & Pick<Loaded, "sources">> {
  const host = new ChildHost(options);
  const { loaded } = await host.connected();
  const plugin: Plugin = {
    spec: loaded.spec,
    openReader: async ({ host: context, config, ...open }) => {
      const params = { config: toWire(config), ...toWire(open) };
      return remoteReader(...(await host.open("open_reader", params, context)));
    },
    openWriter: async ({ host: context, config, asset, ...open }) => {
      const params = { config: toWire(config), asset: toWire(asset), ...toWire(open) };
      return remoteWriter(...(await host.open("open_writer", params, context)));
    },
    close: () => host.close(),
  };
  const guarded = guardPlugin(plugin, {
    callTimeoutSeconds: options.timeoutSeconds,
    onStuck: () => host.kill(),
    remote: true,
  });
  return { ...guarded, sources: loaded.sources };
}

/** Keeps a process with the plugin loaded. */
class ChildHost {
  private connection: Connection | undefined;
  private connecting: Promise<{ connection: Connection; loaded: Loaded }> | undefined;
  private log: (record: LogRecord) => void;
  private redactor: Redactor;

  constructor(private readonly options: ChildPluginOptions) {
    this.log = options.log;
    this.redactor = options.redactor;
  }

  /** The process, started when there is none. */
  connected(): Promise<{ connection: Connection; loaded: Loaded }> {
    if (this.connecting === undefined || this.connection?.dead === true) this.connecting = this.connect();
    return this.connecting;
  }

  /** Opens an instance; cancelling the host's signal reaches it for as long as it is open. */
  async open(operation: string, params: Wire, context: HostContext): Promise<[Connection, number]> {
    this.log = context.log;
    this.redactor = context.redactor;
    const { connection } = await this.connected();
    const { run, projectRoot, signal } = context;
    const { id, answer } = connection.open(operation, { ...params, run, project_root: projectRoot }, signal);
    await answer;
    signal.addEventListener("abort", () => connection.cancel(id), { once: true });
    return [connection, id];
  }

  kill(): void {
    this.connection?.kill();
  }

  async close(): Promise<void> {
    if (this.connection?.dead === false) await this.connection.close();
  }

  private async connect(): Promise<{ connection: Connection; loaded: Loaded }> {
    const { options } = this;
    const { reference, program, placement } = options;
    // What the process prints comes in while a call is under way, and must not be taken for output of that call.
    const redact = (record: LogRecord) => runOutsideScope(() => this.log(this.redactor.value(record)));
    const guard = new CallGuard({
      plugin: reference.text,
      kind: undefined,
      limits: { timeoutSeconds: options.timeoutSeconds + START_SECONDS, onStuck: () => this.kill() },
      log: redact,
      redactor: options.redactor,
      sources: new Set(),
    });
    const { signal } = new AbortController();
    return await guard.run("load", signal, async () => {
      const connection = new Connection({
        plugin: reference.text,
        program,
        placement,
        redactor: options.redactor,
        log: redact,
      });
      this.connection = connection;
      const params = toWire({ reference: reference.text, ...options.loading });
      const { spec, sources } = (await connection.call("load", params, signal)) as {
        spec: Wire;
        sources: string[];
      };
      const loaded = { spec: acrossProcesses(fromWire<PluginSpec>(spec)), sources };
      connection.plugin = loaded.spec.name;
      return { connection, loaded };
    });
  }
}

/** The spec as it holds for another process, to which no pointer leads. */
function acrossProcesses(spec: PluginSpec): PluginSpec {
  const reached = (forms: PluginSpec["yields"]) => forms?.filter((form) => form !== "native");
  const { yields, accepts, ...rest } = spec;
  return {
    ...rest,
    ...(yields === undefined ? {} : { yields: reached(yields) ?? [] }),
    ...(accepts === undefined ? {} : { accepts: reached(accepts) ?? [] }),
  };
}
