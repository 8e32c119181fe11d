import {
  type BatchData,
  type ExtractRequest,
  type HostContext,
  type LogRecord,
  type PartitionsRequest,
  type Plugin,
  type ReaderEvent,
  type ReaderInstance,
  type ReaderOpen,
  Redactor,
  type WriteRequest,
  type WriterInstance,
  type WriterOpen,
} from "@dativo/protocol";
import { guardPlugin } from "../guard/guard-plugin.js";
import { protocolError } from "../wire/frame-channel.js";
import { fromWire, toWire, type Wire } from "../wire/key-case.js";

/** A plugin in this process, not guarded yet. */
export interface LoadedPlugin {
  readonly plugin: Omit<Plugin, "close"> & Partial<Plugin>;
  /** Absolute paths of the plugin's own source files, as errors and watchers need them. */
  readonly sources: readonly string[];
}

/** Loads the plugin that the parameters of the host's `load` call name. */
export type PluginLoader = (
  params: Wire,
  surroundings: { readonly log: (record: LogRecord) => void; readonly redactor: Redactor },
) => Promise<LoadedPlugin>;

/** One call of the host. */
export interface Operation {
  /** Number of the call; that of an opening call names the instance afterwards. */
  readonly id: number;
  readonly name: string;
  readonly params: Wire;
  readonly signal: AbortSignal;
  /** The batch that came with it. */
  readonly data?: BatchData;
}

/** What answers a call: a value, or a stream of events. */
export type Answer = { readonly value: unknown } | { readonly events: AsyncIterable<ReaderEvent> };

/** An instance, and what aborts the signal that it was opened with. */
interface OpenInstance {
  readonly reader?: ReaderInstance;
  readonly writer?: WriterInstance;
  readonly controller: AbortController;
}

/** Carries out the operations of the host with the plugin that one of them loads. */
export class PluginOperations {
  /** Name of the plugin, for messages; its reference until it is loaded. */
  name = "plugin";
  readonly redactor = new Redactor();
  private plugin: Plugin | undefined;
  private readonly instances = new Map<number, OpenInstance>();

  constructor(
    private readonly loadPlugin: PluginLoader,
    private readonly log: (record: LogRecord) => void,
  ) {}

  /** Carries one out. */
  async run(operation: Operation): Promise<Answer> {
    const { name, signal } = operation;
    const { instance, ...params } = operation.params;
    switch (name) {
      case "load":
        return { value: await this.load(params) };
      case "open_reader":
        return { value: await this.openReader(operation) };
      case "open_writer":
        return { value: await this.openWriter(operation) };
      case "check":
        return { value: await (this.instance(instance).reader ?? this.writer(instance)).check(signal) };
      case "discover":
        return { value: await this.reader(instance).discover(signal) };
      case "estimate":
        return { value: await this.reader(instance).estimate(fromWire<ExtractRequest>(params), signal) };
      case "extract":
        return { events: this.reader(instance).extract(fromWire<ExtractRequest>(params), signal) };
      case "partitions": {
        const reader = this.reader(instance);
        return { value: (await reader.partitions?.(fromWire<PartitionsRequest>(params), signal)) ?? [] };
      }
      case "write": {
        const request = { ...fromWire<WriteRequest>(params), data: operation.data as BatchData };
        return { value: await this.writer(instance).write(request, signal) };
      }
      case "flush":
        return { value: await this.writer(instance).flush(String(params.token), signal) };
      case "commit":
        return { value: await this.writer(instance).commit(fromWire(params), signal) };
      case "abort":
        return { value: await this.writer(instance).abort(fromWire(params), signal) };
      case "close":
        return { value: await this.closeInstance(instance) };
      default:
        throw protocolError(`There is no operation "${name}".`);
    }
  }

  /** Aborts the signal that an instance was opened with. */
  abortInstance(id: number): void {
    this.instances.get(id)?.controller.abort();
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    const open = [...this.instances.values()];
    for (const { controller } of open) controller.abort();
    await Promise.allSettled(open.map(({ reader, writer }) => (reader ?? writer)?.close()));
    await this.plugin?.close();
  }

  private async load(params: Wire): Promise<Wire> {
    this.name = String(params.reference);
    const { plugin, sources } = await this.loadPlugin(params, { log: this.log, redactor: this.redactor });
    this.name = plugin.spec.name;
    // Time is kept by the host, which can end this process.
    this.plugin = guardPlugin(plugin, { callTimeoutSeconds: 0, sources });
    return { spec: toWire(plugin.spec), sources };
  }

  private async openReader({ id, params }: Operation): Promise<void> {
    const controller = new AbortController();
    const open = fromWire<Omit<ReaderOpen, "host">>(params);
    const config = fromWire<ReaderOpen["config"]>(open.config);
    const host = this.hostContext(params, controller.signal, config.credentials);
    this.instances.set(id, { reader: await this.loaded().openReader({ ...open, config, host }), controller });
  }

  private async openWriter({ id, params }: Operation): Promise<void> {
    const controller = new AbortController();
    const open = fromWire<Omit<WriterOpen, "host">>(params);
    const config = fromWire<WriterOpen["config"]>(open.config);
    const asset = fromWire<WriterOpen["asset"]>(open.asset);
    const host = this.hostContext(params, controller.signal, config.credentials);
    this.instances.set(id, {
      writer: await this.loaded().openWriter({ ...open, config, asset, host }),
      controller,
    });
  }

  private hostContext(params: Wire, signal: AbortSignal, credentials: unknown): HostContext {
    this.redactor.add(credentials);
    return {
      signal,
      redactor: this.redactor,
      log: this.log,
      run: params.run as HostContext["run"],
      projectRoot: String(params.project_root),
    };
  }

  private async closeInstance(id: unknown): Promise<void> {
    const { reader, writer } = this.instance(id);
    this.instances.delete(id as number);
    await (reader ?? writer)?.close();
  }

  private loaded(): Plugin {
    if (this.plugin === undefined) throw protocolError("A plugin was called before it was loaded.");
    return this.plugin;
  }

  private instance(id: unknown): OpenInstance {
    const instance = this.instances.get(id as number);
    if (instance === undefined) throw protocolError(`There is no open instance ${String(id)}.`);
    return instance;
  }

  private reader(id: unknown): ReaderInstance {
    const { reader } = this.instance(id);
    if (reader === undefined) throw protocolError("A writer was asked for what only readers do.");
    return reader;
  }

  private writer(id: unknown): WriterInstance {
    const { writer } = this.instance(id);
    if (writer === undefined) throw protocolError("A reader was asked for what only writers do.");
    return writer;
  }
}
