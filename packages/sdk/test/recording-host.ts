import {
  type ExtractRequest,
  type HostContext,
  type Json,
  type LogRecord,
  PLUGIN,
  type PluginExport,
  type ReaderEvent,
  type ReaderInstance,
  Redactor,
  type SourceConfig,
  type TargetConfig,
  type WriterInstance,
  type WriterOpen,
} from "@dativo/protocol";
import { createSourceConfig, createTargetConfig } from "../src/job-sides.js";

/** A host that keeps what is logged, and can cancel. */
export function recordingHost(): HostContext & {
  readonly logs: LogRecord[];
  readonly controller: AbortController;
} {
  const logs: LogRecord[] = [];
  const controller = new AbortController();
  return {
    logs,
    controller,
    signal: controller.signal,
    log: (record) => logs.push(record),
    redactor: new Redactor(),
    run: { id: "run-1", job: "job" },
    projectRoot: process.cwd(),
  };
}

/** Opens a reader as the engine does. */
export function openReader(
  plugin: PluginExport,
  source: Partial<SourceConfig> = {},
  host: HostContext = recordingHost(),
): Promise<ReaderInstance> {
  return plugin[PLUGIN].openReader({ config: createSourceConfig(source), host, defaultObject: "records" });
}

/** Opens a writer as the engine does. */
export function openWriter(
  plugin: PluginExport,
  open: Partial<WriterOpen> & { readonly target?: Partial<TargetConfig> } = {},
): Promise<WriterInstance> {
  const { target, ...rest } = open;
  return plugin[PLUGIN].openWriter({
    config: createTargetConfig(target ?? {}),
    host: recordingHost(),
    asset: { name: "people", version: "1.0", extra: {} },
    object: "people",
    mode: "append",
    outputBase: "/nowhere",
    ...rest,
  });
}

/** A signal that is never aborted. */
export const NEVER: AbortSignal = new AbortController().signal;

/** Reads objects to their end. */
export async function readAll(
  reader: ReaderInstance,
  objects: readonly string[] = [],
  state: Readonly<Record<string, Json>> = {},
  request: Partial<ExtractRequest> = {},
): Promise<ReaderEvent[]> {
  const events: ReaderEvent[] = [];
  for await (const event of reader.extract({ objects, state, ...request }, NEVER)) events.push(event);
  return events;
}

/** The rows of events, in order. */
export function rowsIn(events: readonly ReaderEvent[]): Record<string, unknown>[] {
  return events.flatMap((event) =>
    event.type === "batch" && event.data.form === "rows" ? [...event.data.rows] : [],
  );
}

/** The states of events, in order. */
export function statesIn(events: readonly ReaderEvent[]): Json[] {
  return events.flatMap((event) => (event.type === "checkpoint" ? [event.state] : []));
}

/** How many records were left out, by reason. */
export function leftOutIn(events: readonly ReaderEvent[]): { filtered: number; deduplicated: number } {
  let [filtered, deduplicated] = [0, 0];
  for (const event of events)
    if (event.type === "batch") {
      filtered += event.filtered ?? 0;
      deduplicated += event.deduplicated ?? 0;
    }
  return { filtered, deduplicated };
}
