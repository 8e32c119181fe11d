import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type DativoError,
  isDativoError,
  type LogRecord,
  type Placement,
  parsePluginReference,
  type ReaderEvent,
  type ReaderInstance,
  Redactor,
} from "@dativo/protocol";
import { createPythonRuntime, type PythonPlugin } from "@dativo/runtime-python";
import { onTestFinished } from "vitest";

const HEAD = "import logging, os, signal, sys, time\nfrom dativo_ingest import *\n";

/** The text of a Python plugin with a class `Reader`. */
export function readerFile(extract: string, more = ""): string {
  const indented = (text: string, by: string) => text.replace(/^(?=.)/gm, by);
  return `${HEAD}\nclass Reader(BaseReader):\n    def extract(self, state_manager=None):\n${indented(extract, "        ")}\n${indented(more, "    ")}\n`;
}

/** A project with a Python plugin, a runtime, and everything around it that a test looks at. */
export class PythonBench {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "dativo-python-")));
  readonly logs: LogRecord[] = [];
  readonly redactor = new Redactor();
  private readonly open: { close(): Promise<void> }[] = [];

  constructor(
    text: string,
    private readonly placement: Placement = { kind: "in_process", callTimeoutSeconds: 60 },
  ) {
    this.write("plugin.py", text);
    onTestFinished(async () => {
      for (const one of this.open.reverse()) await one.close().catch(() => {});
      rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
    });
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  async load(reference = "plugin.py:Reader"): Promise<PythonPlugin> {
    const plugin = await createPythonRuntime().load(parsePluginReference(reference), {
      projectRoot: this.root,
      searchPaths: [],
      placement: this.placement,
      redactor: this.redactor,
      log: (record) => this.logs.push(record),
    });
    this.open.push(plugin);
    return plugin;
  }

  async reader(plugin?: PythonPlugin): Promise<ReaderInstance> {
    const reader = await (plugin ?? (await this.load())).openReader({
      config: {
        type: "custom",
        connection: {},
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
      host: {
        signal: never,
        redactor: this.redactor,
        log: (record: LogRecord) => this.logs.push(record),
        run: { id: "run-1", job: "job" },
        projectRoot: this.root,
      },
    });
    this.open.push(reader);
    return reader;
  }
}

/** A signal that is never aborted. */
export const never: AbortSignal = new AbortController().signal;

/** All events of a reader. */
export async function eventsOf(reader: ReaderInstance, signal: AbortSignal = never): Promise<ReaderEvent[]> {
  const events: ReaderEvent[] = [];
  for await (const event of reader.extract({ objects: [], state: {} }, signal)) events.push(event);
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
