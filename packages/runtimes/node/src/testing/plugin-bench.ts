import {
  type DativoError,
  isDativoError,
  type LogRecord,
  type Placement,
  parsePluginReference,
  type ReaderEvent,
  type ReaderInstance,
  Redactor,
  type WriterInstance,
} from "@dativo/protocol";
import { createNodeRuntime, type NodePlugin, type NodeRuntimeOptions } from "@dativo/runtime-node";
import { onTestFinished } from "vitest";
import type { PluginProject } from "./plugin-project.js";

/** A runtime with everything around it that a test looks at. */
export class PluginBench {
  readonly logs: LogRecord[] = [];
  readonly redactor = new Redactor();
  /** Aborted to cancel the run. */
  readonly run = new AbortController();
  private readonly open: { close(): Promise<void> }[] = [];

  constructor(
    readonly project: PluginProject,
    private readonly placement: Placement,
    private readonly options: NodeRuntimeOptions = {},
  ) {
    onTestFinished(async () => {
      for (const one of this.open.reverse()) await one.close().catch(() => {});
    });
  }

  async load(reference: string): Promise<NodePlugin> {
    const plugin = await createNodeRuntime(this.options).load(parsePluginReference(reference), {
      projectRoot: this.project.root,
      searchPaths: [],
      placement: this.placement,
      redactor: this.redactor,
      log: (record) => this.logs.push(record),
    });
    this.open.push(plugin);
    return plugin;
  }

  async reader(
    reference = "plugin.ts:Reader",
    connection: Record<string, string> = {},
  ): Promise<ReaderInstance> {
    return await this.openReader(await this.load(reference), connection);
  }

  async openReader(plugin: NodePlugin, connection: Record<string, string> = {}): Promise<ReaderInstance> {
    const reader = await plugin.openReader({
      config: {
        type: "custom",
        connection,
        credentials: {},
        objects: [],
        files: [],
        tables: [],
        sheets: [],
        incremental: {},
        engine: {},
        rateLimits: {},
      },
      defaultObject: "items",
      host: this.host(),
    });
    this.open.push(reader);
    return reader;
  }

  async writer(reference = "plugin.ts:Writer"): Promise<WriterInstance> {
    const plugin = await this.load(reference);
    const writer = await plugin.openWriter({
      config: {
        type: "custom",
        connection: {},
        credentials: {},
        engine: {},
        fileFormat: "jsonl",
        partitioning: [],
        mode: "append",
        extra: {},
      },
      asset: { name: "asset", version: "1.0", sourceType: "custom", extra: {} },
      object: "items",
      mode: "append",
      outputBase: this.project.root,
      host: this.host(),
    });
    this.open.push(writer);
    return writer;
  }

  /** Messages of all log records, in order. */
  get messages(): string[] {
    return this.logs.map(({ message }) => message);
  }

  private host() {
    return {
      signal: this.run.signal,
      redactor: this.redactor,
      log: (record: LogRecord) => this.logs.push(record),
      run: { id: "run-1", job: "job" },
      projectRoot: this.project.root,
    };
  }
}

/** What to ask a reader for when the test does not care. */
export const EVERYTHING = { objects: [], state: {} };

/** A signal that is never aborted. */
export const never: AbortSignal = new AbortController().signal;

/** All events of a reader. */
export async function eventsOf(reader: ReaderInstance, signal: AbortSignal = never): Promise<ReaderEvent[]> {
  const events: ReaderEvent[] = [];
  for await (const event of reader.extract(EVERYTHING, signal)) events.push(event);
  return events;
}

/** The `DativoError` that something fails with. */
export async function errorOf(work: Promise<unknown>): Promise<DativoError> {
  try {
    await work;
  } catch (error) {
    if (isDativoError(error)) return error;
    throw error;
  }
  throw new Error("It did not fail.");
}
