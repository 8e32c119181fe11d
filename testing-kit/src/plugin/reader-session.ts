import { setTimeout as sleep } from "node:timers/promises";
import {
  type ConnectionTestResult,
  type DativoError,
  type DiscoveryResult,
  type Json,
  type LogRecord,
  type Plugin,
  type ReaderInstance,
  Redactor,
  type SourceConfig,
  toDativoError,
} from "@dativo/protocol";
import { UNRECORDED } from "../cassette/replay.js";
import type { Exchange, FaultPlan } from "../http/exchange.js";
import { FaultProxy } from "../http/fault-proxy.js";
import { noteUnrecorded } from "../run/unrecorded.js";
import { type Reading, type ReadLimits, readAll } from "./reading.js";
import { withOrigin } from "./rewrite-urls.js";
import type { ReaderSubject, RunningMock } from "./subject.js";

/** Milliseconds that closing a reader is waited for. */
const CLOSE_MS = 2000;

/** What is different in one session. */
export interface ReaderSessionOptions {
  readonly faults?: FaultPlan;
  /** Changes the source that the reader is opened with. */
  readonly source?: (source: SourceConfig) => SourceConfig;
}

/** What a read asks for. */
export interface ReadRequest extends ReadLimits {
  readonly objects?: readonly string[];
  readonly state?: Readonly<Record<string, Json>>;
}

/** One reader, opened in a world of its own: its own mock API, behind its own proxy. */
export class ReaderSession {
  readonly logs: LogRecord[] = [];
  private readonly controller = new AbortController();
  private reader: ReaderInstance | undefined;

  private constructor(
    private readonly subject: ReaderSubject,
    private readonly plugin: Plugin,
    private readonly mock: RunningMock | undefined,
    private readonly proxy: FaultProxy | undefined,
    private readonly options: ReaderSessionOptions,
    private readonly objects: readonly string[],
    private readonly witness: (what: string, value: unknown) => void,
  ) {}

  static async start(
    subject: ReaderSubject,
    plugin: Plugin,
    options: ReaderSessionOptions,
    objects: readonly string[],
    witness: (what: string, value: unknown) => void,
  ): Promise<ReaderSession> {
    const mock = await subject.mock?.start();
    const proxy = mock === undefined ? undefined : await FaultProxy.start(mock.url, options.faults);
    return new ReaderSession(subject, plugin, mock, proxy, options, objects, witness);
  }

  /** What the plugin asked the API, and what it was answered. */
  get exchanges(): readonly Exchange[] {
    return this.proxy?.exchanges ?? [];
  }

  /** Requests that the plugin still waits for. */
  get unsettled(): number {
    return this.proxy?.unsettled ?? 0;
  }

  /** @throws DativoError what opening threw */
  async open(): Promise<ReaderInstance> {
    this.reader ??= await this.plugin.openReader({
      config: this.source(),
      host: {
        signal: this.controller.signal,
        log: (record) => {
          this.logs.push(record);
          this.witness("a log record", record);
        },
        // It knows no secret, so that what a plugin would give away is seen.
        redactor: new Redactor(),
        run: { id: "2026-01-01T00-00-00-000Z-000000", job: "dativo-test" },
        projectRoot: this.subject.projectRoot,
      },
      defaultObject: this.objects[0] ?? "records",
    });
    return this.reader;
  }

  async check(seconds = 15): Promise<ConnectionTestResult | DativoError> {
    return this.ask("the result of check", (reader) => reader.check(this.within(seconds)));
  }

  async discover(): Promise<DiscoveryResult | DativoError> {
    return this.ask("the result of discover", (reader) => reader.discover(this.within(15)));
  }

  async estimate(objects = this.objects): Promise<number | null | DativoError> {
    return this.ask("an estimate", (reader) => reader.estimate({ objects, state: {} }, this.within(15)));
  }

  /** Reads to the end; an error is part of the result. */
  async read(request: ReadRequest = {}): Promise<Reading> {
    const { objects = this.objects, state = {}, ...limits } = request;
    let reader: ReaderInstance;
    try {
      reader = await this.open();
    } catch (thrown) {
      return failedReading(toDativoError(thrown, { code: "PLUGIN_ERROR" }));
    }
    const reading = await readAll(reader, { objects, state, accepts: ["rows", "json", "arrow"] }, limits);
    if (reading.error !== undefined) this.witness("an error of extract", reading.error.toJSON());
    for (const { state } of reading.checkpoints) this.witness("a checkpoint", state);
    return reading;
  }

  /** Cancels all that is under way, as an interrupted run does. */
  cancel(): void {
    this.controller.abort();
  }

  /** @throws DativoError what closing threw */
  async closeReader(): Promise<void> {
    await this.reader?.close();
  }

  async end(): Promise<void> {
    this.controller.abort();
    // A reader that cannot be closed must not hold up the checks after it.
    await Promise.race([this.reader?.close().catch(() => {}), sleep(CLOSE_MS, undefined, { ref: false })]);
    for (const { request, answer } of this.exchanges)
      if (answer?.headers[UNRECORDED] !== undefined) noteUnrecorded(`${request.method} ${request.path}`);
    await this.proxy?.close();
    await this.mock?.close();
  }

  /** What readers are opened with: the source, at the address of the proxy. */
  source(): SourceConfig {
    const { source } = this.subject;
    const objects = source.objects.length > 0 ? source.objects : this.objects;
    const connection =
      this.proxy === undefined || this.mock === undefined
        ? source.connection
        : withOrigin(source.connection, `${this.proxy.origin}${new URL(this.mock.url).pathname}`);
    const changed = { ...source, connection, objects };
    return this.options.source?.(changed) ?? changed;
  }

  private async ask<T>(what: string, call: (reader: ReaderInstance) => Promise<T>): Promise<T | DativoError> {
    try {
      const answer = await call(await this.open());
      this.witness(what, answer);
      return answer;
    } catch (thrown) {
      const error = toDativoError(thrown, { code: "PLUGIN_ERROR" });
      this.witness(`an error (${what})`, error.toJSON());
      return error;
    }
  }

  private within(seconds: number): AbortSignal {
    return AbortSignal.any([this.controller.signal, AbortSignal.timeout(seconds * 1000)]);
  }
}

function failedReading(error: DativoError): Reading {
  return {
    records: [],
    checkpoints: [],
    objects: [],
    ended: [],
    leftOut: 0,
    emptyBatches: 0,
    columnar: false,
    error,
    timedOut: false,
    stoppedAfterMs: undefined,
  };
}
