import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DativoError,
  isDativoError,
  type Json,
  type LogRecord,
  type Placement,
  type Plugin,
  parseLosslessJson,
  parsePluginReference,
  type ReaderEvent,
  type ReaderInstance,
  Redactor,
  type WriterInstance,
} from "@dativo/protocol";
import { createNativeRuntime } from "@dativo/runtime-native";
import { onTestFinished } from "vitest";
import { fixtureLibrary } from "./fixture-libraries.js";

export const PLACEMENTS = ["in_process", "child_process"] as const;

/** A runtime with everything around it that a test looks at. */
export class NativeBench {
  readonly logs: LogRecord[] = [];
  readonly redactor = new Redactor();
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "dativo-native-")));
  /** Aborted to cancel the run. */
  readonly run = new AbortController();
  private readonly open: { close(): Promise<void> }[] = [];

  constructor(private readonly placement: Placement) {
    onTestFinished(async () => {
      for (const one of this.open.reverse()) await one.close().catch(() => {});
      rmSync(this.root, { recursive: true, force: true });
    });
  }

  async load(reference: string, kind?: "reader" | "writer"): Promise<Plugin> {
    const plugin = await createNativeRuntime().load(parsePluginReference(reference), {
      projectRoot: this.root,
      searchPaths: [],
      placement: this.placement,
      redactor: this.redactor,
      log: (record) => this.logs.push(record),
      ...(kind === undefined ? {} : { kind }),
    });
    this.open.push(plugin);
    return plugin;
  }

  async reader(
    connection: Record<string, Json> = {},
    reference = `${fixtureLibrary("v1_plugin")}:create_reader`,
  ): Promise<ReaderInstance> {
    const plugin = await this.load(reference, "reader");
    const reader = await plugin.openReader({
      config: {
        type: "custom",
        connection,
        credentials: {},
        objects: ["items"],
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

  async writer(
    connection: Record<string, Json> = {},
    reference = `${fixtureLibrary("v1_plugin")}:create_writer`,
  ): Promise<WriterInstance> {
    const plugin = await this.load(reference, "writer");
    const writer = await plugin.openWriter({
      config: {
        type: "custom",
        connection,
        credentials: {},
        engine: {},
        partitioning: [],
        mode: "append",
        extra: {},
      },
      asset: {
        name: "asset",
        version: "1.0",
        schema: { fields: [{ name: "id", type: { kind: "integer" }, required: true }] },
        extra: {},
      },
      object: "items",
      mode: "append",
      outputBase: join(this.root, "out"),
      host: this.host(),
    });
    this.open.push(writer);
    return writer;
  }

  /** Every record that the writer of the fixture has written, in order of its files. */
  written(): unknown[] {
    const folder = join(this.root, "out");
    return readdirSync(folder)
      .sort((left, right) => left.localeCompare(right, "en", { numeric: true }))
      .flatMap((name) => parseLosslessJson(readFileSync(join(folder, name), "utf8")) as unknown[]);
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
      projectRoot: this.root,
    };
  }
}

/** A signal that is never aborted. */
export const never: AbortSignal = new AbortController().signal;

/** All events of a reader. */
export async function eventsOf(
  reader: ReaderInstance,
  request: Partial<Parameters<ReaderInstance["extract"]>[0]> = {},
  signal: AbortSignal = never,
): Promise<ReaderEvent[]> {
  const events: ReaderEvent[] = [];
  for await (const event of reader.extract({ objects: ["items"], state: {}, ...request }, signal))
    events.push(event);
  return events;
}

/** The records of events whose batches are JSON text. */
export function recordsOf(events: readonly ReaderEvent[]): unknown[] {
  return events.flatMap((event): readonly unknown[] => {
    if (event.type !== "batch") return [];
    if (event.data.form === "json")
      return parseLosslessJson(new TextDecoder().decode(event.data.text)) as unknown[];
    return event.data.form === "rows" ? event.data.rows : [];
  });
}

/** A batch of JSON text for a writer. */
export function jsonBatch(records: readonly object[]) {
  const text = Buffer.from(JSON.stringify(records));
  return { form: "json", text, recordCount: records.length } as const;
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
