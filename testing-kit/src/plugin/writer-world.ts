import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AssetDefinition,
  type LogRecord,
  type Plugin,
  Redactor,
  type TableSchema,
  type TargetConfig,
  type WriteMode,
  type WriterInstance,
} from "@dativo/protocol";
import type { Exchange, FaultPlan } from "../http/exchange.js";
import { FaultProxy } from "../http/fault-proxy.js";
import type { WriterWork } from "../probe/probe-request.js";
import { OpenedWriter } from "./opened-writer.js";
import { filesBelow, readFolder } from "./read-folder.js";
import { withOrigin } from "./rewrite-urls.js";
import { SCHEMA } from "./sample-rows.js";
import type { RunningMock, WriterSubject } from "./subject.js";

/** What is different in one world. */
export interface WriterWorldOptions {
  readonly faults?: FaultPlan;
  /** Changes the target that writers are opened with. */
  readonly target?: (target: TargetConfig) => TargetConfig;
  /** Another folder than a fresh one, such as one that cannot be written to. */
  readonly outputBase?: (fresh: string) => string;
}

/** How a writer is opened. */
export interface OpenWriterOptions {
  /** @default "run-1" */
  readonly runId?: string;
  /** @default "people" */
  readonly object?: string;
  readonly mode?: WriteMode;
  readonly schema?: TableSchema;
  /** A plugin of its own, such as after a crash. */
  readonly plugin?: Plugin;
}

/** The object that is written unless a check says otherwise. */
export const OBJECT = "people";

/** One target, and the writers that are opened for it one after the other. */
export class WriterWorld {
  readonly logs: LogRecord[] = [];
  readonly outputBase: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "dativo-test-"));
  private readonly controller = new AbortController();
  private readonly opened: OpenedWriter[] = [];
  private readonly fileCounts = new Map<string, number>();

  private constructor(
    private readonly subject: WriterSubject,
    private readonly plugin: Plugin,
    private readonly mock: RunningMock | undefined,
    private readonly proxy: FaultProxy | undefined,
    private readonly options: WriterWorldOptions,
    private readonly witness: (what: string, value: unknown) => void,
  ) {
    // Deep enough that a path with a few `..` in it stays where it is noticed and removed.
    const fresh = join(this.folder, "a", "b", "c", "target");
    this.outputBase = options.outputBase?.(fresh) ?? fresh;
  }

  static async start(
    subject: WriterSubject,
    plugin: Plugin,
    options: WriterWorldOptions,
    witness: (what: string, value: unknown) => void,
  ): Promise<WriterWorld> {
    const mock = await subject.mock?.start();
    const proxy = mock === undefined ? undefined : await FaultProxy.start(mock.url, options.faults);
    return new WriterWorld(subject, plugin, mock, proxy, options, witness);
  }

  get exchanges(): readonly Exchange[] {
    return this.proxy?.exchanges ?? [];
  }

  get unsettled(): number {
    return this.proxy?.unsettled ?? 0;
  }

  /** Files that were written near the target and not into it. */
  filesOutside(): string[] {
    return filesBelow(this.folder).filter((path) => !path.startsWith("a/b/c/target"));
  }

  /** Opens a writer, as the engine does for one object. */
  async open(options: OpenWriterOptions = {}): Promise<OpenedWriter> {
    const { runId = "run-1", object = OBJECT, schema, plugin = this.plugin } = options;
    const mode = options.mode ?? this.subject.mode ?? plugin.spec.modes?.[0] ?? "append";
    const instance = await this.instance(plugin, { runId, object, mode, schema });
    const writer = new OpenedWriter(instance, {
      accepts: plugin.spec.accepts ?? ["rows"],
      object,
      fileCounter: () => this.fileCounts.get(object) ?? 0,
      onFiles: (count) => this.fileCounts.set(object, (this.fileCounts.get(object) ?? 0) + count),
      witness: this.witness,
      signal: this.controller.signal,
      ...(schema === undefined ? {} : { schema }),
    });
    this.opened.push(writer);
    return writer;
  }

  /** What a probe opens a writer of its own with. */
  work(): WriterWork {
    const mode = this.subject.mode ?? this.plugin.spec.modes?.[0] ?? "append";
    const target = { ...this.target(), mode };
    return {
      kind: "writer",
      target,
      asset: this.asset(OBJECT, SCHEMA),
      object: OBJECT,
      mode,
      outputBase: this.outputBase,
    };
  }

  /** Files in the target, hidden ones too, as paths relative to it. */
  files(): string[] {
    return filesBelow(this.outputBase);
  }

  /** What a reader of the target sees of an object; undefined where the kit cannot look. */
  async visible(object = OBJECT): Promise<readonly unknown[] | undefined> {
    const { readTarget } = this.subject;
    if (readTarget !== undefined)
      return readTarget({ object, outputBase: this.outputBase, url: this.mock?.url });
    if (this.mock?.records !== undefined) return this.mock.records(object);
    return this.mock === undefined ? readFolder(this.outputBase) : undefined;
  }

  /** Cancels all that is under way, as an interrupted run does. */
  cancel(): void {
    this.controller.abort();
  }

  async end(): Promise<void> {
    this.controller.abort();
    for (const writer of this.opened) await writer.close().catch(() => {});
    await this.proxy?.close();
    await this.mock?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private instance(
    plugin: Plugin,
    open: {
      readonly runId: string;
      readonly object: string;
      readonly mode: WriteMode;
      readonly schema: TableSchema | undefined;
    },
  ): Promise<WriterInstance> {
    const { runId, object, mode, schema } = open;
    return plugin.openWriter({
      config: { ...this.target(), mode },
      host: {
        signal: this.controller.signal,
        log: (record) => {
          this.logs.push(record);
          this.witness("a log record", record);
        },
        redactor: new Redactor(),
        run: { id: runId, job: "dativo-test" },
        projectRoot: this.subject.projectRoot,
      },
      asset: this.asset(object, schema),
      object,
      mode,
      outputBase: this.outputBase,
    });
  }

  private asset(object: string, schema: TableSchema | undefined): AssetDefinition {
    const made = { name: object, version: "1.0.0", object, extra: {} };
    return this.subject.asset ?? (schema === undefined ? made : { ...made, schema });
  }

  private target(): TargetConfig {
    const { target } = this.subject;
    const addressed =
      this.proxy === undefined || this.mock === undefined
        ? target.connection
        : withOrigin(target.connection, `${this.proxy.origin}${new URL(this.mock.url).pathname}`);
    const connection = "path" in addressed ? { ...addressed, path: this.outputBase } : addressed;
    const changed = { ...target, connection };
    return this.options.target?.(changed) ?? changed;
  }
}
