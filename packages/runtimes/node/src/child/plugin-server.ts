import {
  type BatchData,
  DativoError,
  type ExtractRequest,
  FRAME,
  type Frame,
  type FrameHeaders,
  type HostContext,
  type Plugin,
  parsePluginReference,
  type ReaderInstance,
  type ReaderOpen,
  Redactor,
  type WriteRequest,
  type WriterInstance,
  type WriterOpen,
} from "@dativo/protocol";
import { guardPlugin } from "../guard/guard-plugin.js";
import { pluginFault } from "../guard/plugin-fault.js";
import { type LoadOptions, loadPlugin } from "../load/load-plugin.js";
import { batchData } from "../wire/batch-frame.js";
import { Credits } from "../wire/credits.js";
import { type FrameChannel, protocolError } from "../wire/frame-channel.js";
import { fromWire, toWire, type Wire } from "../wire/key-case.js";
import { sendEvents } from "./send-events.js";

/** An instance, and what aborts the signal it was opened with. */
interface OpenInstance {
  readonly reader?: ReaderInstance;
  readonly writer?: WriterInstance;
  readonly controller: AbortController;
}

/** A call that is under way. */
interface ServedCall {
  readonly id: number;
  readonly params: Wire;
  readonly signal: AbortSignal;
  readonly credits: Credits;
  /** The batch that came with it. */
  readonly data?: BatchData;
}

type Header = FrameHeaders["call"];

/** Operations whose call frame is followed by a batch. */
const WITH_BATCH = new Set(["write"]);

/** Answers the calls that come through a channel with the plugin that one of them loads. */
export class PluginServer {
  private readonly redactor = new Redactor();
  private readonly controllers = new Map<number, { controller: AbortController; credits: Credits }>();
  private readonly instances = new Map<number, OpenInstance>();
  private readonly awaitingBatch = new Map<number, Header>();
  private plugin: Plugin | undefined;
  private name = "plugin";

  constructor(private readonly channel: () => FrameChannel) {}

  /** Takes a frame of the host. */
  take(frame: Frame): void {
    switch (frame.type) {
      case FRAME.call:
        this.controllers.set(frame.header.id, { controller: new AbortController(), credits: new Credits() });
        if (WITH_BATCH.has(frame.header.operation)) this.awaitingBatch.set(frame.header.id, frame.header);
        else void this.serve(frame.header);
        break;
      case FRAME.batch: {
        const header = this.awaitingBatch.get(frame.header.id);
        this.awaitingBatch.delete(frame.header.id);
        if (header !== undefined) void this.serve(header, () => batchData(frame.header, frame.payload));
        break;
      }
      case FRAME.credit:
        this.controllers.get(frame.header.id)?.credits.grant(frame.header.batches);
        break;
      case FRAME.cancel:
        this.controllers.get(frame.header.id)?.controller.abort();
        this.instances.get(frame.header.id)?.controller.abort();
        break;
      default:
        break;
    }
  }

  /** Closes what is open. */
  async close(): Promise<void> {
    for (const { controller } of [...this.controllers.values(), ...this.instances.values()])
      controller.abort();
    await Promise.allSettled(
      [...this.instances.values()].map(({ reader, writer }) => (reader ?? writer)?.close()),
    );
    await this.plugin?.close();
  }

  private async serve(header: Header, batch?: () => Promise<BatchData>): Promise<void> {
    const { id, operation, params } = header;
    const control = this.controllers.get(id);
    if (control === undefined) return;
    try {
      const { controller, credits } = control;
      const data = await batch?.();
      const call = {
        id,
        params,
        signal: controller.signal,
        credits,
        ...(data === undefined ? {} : { data }),
      };
      const value = await this.operate(operation, call);
      if (value !== STREAMED)
        this.channel().send({ type: FRAME.result, header: { id, value: value ?? null } });
    } catch (thrown) {
      const origin = {
        plugin: this.name,
        kind: this.plugin?.spec.kind,
        call: operation,
        redactor: this.redactor,
        sources: new Set<string>(),
      };
      const error =
        operation === "load" && thrown instanceof DativoError ? thrown : pluginFault(thrown, origin);
      this.channel().send({ type: FRAME.error, header: { id, error: error.toJSON() } });
    } finally {
      this.controllers.delete(id);
    }
  }

  private async operate(operation: string, call: ServedCall): Promise<unknown> {
    const { signal } = call;
    const { instance, ...params } = call.params;
    switch (operation) {
      case "load":
        return await this.load(params);
      case "open_reader":
        return await this.openReader(call);
      case "open_writer":
        return await this.openWriter(call);
      case "check":
        return await (this.instance(instance).reader ?? this.writer(instance)).check(signal);
      case "discover":
        return await this.reader(instance).discover(signal);
      case "estimate":
        return await this.reader(instance).estimate(fromWire<ExtractRequest>(params), signal);
      case "extract":
        await sendEvents(
          this.reader(instance).extract(fromWire<ExtractRequest>(params), signal),
          this.channel(),
          call,
        );
        return STREAMED;
      case "write":
        return await this.writer(instance).write(
          { ...fromWire<WriteRequest>(params), data: call.data as BatchData },
          signal,
        );
      case "flush":
        return await this.writer(instance).flush(String(params.token), signal);
      case "commit":
        return await this.writer(instance).commit(fromWire(params), signal);
      case "abort":
        return await this.writer(instance).abort(fromWire(params), signal);
      case "close":
        return await this.closeInstance(instance);
      default:
        throw protocolError(`There is no operation "${operation}".`);
    }
  }

  private async load(params: Wire): Promise<Wire> {
    const { reference, ...rest } = fromWire<{ reference: string } & Omit<LoadOptions, "log" | "redactor">>(
      params,
    );
    this.name = reference;
    const log: HostContext["log"] = (record) => this.channel().send({ type: FRAME.log, header: record });
    const loading = { ...rest, log, redactor: this.redactor };
    const { plugin, sources } = await loadPlugin(parsePluginReference(reference), loading);
    this.name = plugin.spec.name;
    this.plugin = guardPlugin(plugin, { callTimeoutSeconds: 0, sources });
    return { spec: toWire(plugin.spec), sources };
  }

  private async openReader({ id, params }: ServedCall): Promise<null> {
    const controller = new AbortController();
    const open = fromWire<Omit<ReaderOpen, "host">>(params);
    const config = fromWire<ReaderOpen["config"]>(open.config);
    const host = this.hostContext(params, controller.signal, config.credentials);
    const reader = await this.loaded().openReader({ ...open, config, host });
    this.instances.set(id, { reader, controller });
    return null;
  }

  private async openWriter({ id, params }: ServedCall): Promise<null> {
    const controller = new AbortController();
    const open = fromWire<Omit<WriterOpen, "host">>(params);
    const config = fromWire<WriterOpen["config"]>(open.config);
    const host = this.hostContext(params, controller.signal, config.credentials);
    const writer = await this.loaded().openWriter({ ...open, config, asset: fromWire(open.asset), host });
    this.instances.set(id, { writer, controller });
    return null;
  }

  private hostContext(params: Wire, signal: AbortSignal, credentials: unknown): HostContext {
    this.redactor.add(credentials);
    return {
      signal,
      redactor: this.redactor,
      log: (record) => this.channel().send({ type: FRAME.log, header: record }),
      run: params.run as HostContext["run"],
      projectRoot: String(params.project_root),
    };
  }

  private async closeInstance(id: unknown): Promise<null> {
    const { reader, writer } = this.instance(id);
    this.instances.delete(id as number);
    await (reader ?? writer)?.close();
    return null;
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

/** Answered already, by a stream. */
const STREAMED = Symbol("streamed");
