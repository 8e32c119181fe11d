import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Connection, DuckDb, unpackRows } from "@dativo/columnar";
import type {
  BatchForm,
  FileMetadata,
  Json,
  ReaderEvent,
  ReaderInstance,
  RelationBatch,
  Row,
  TableSchema,
  WriteMode,
  WriterInstance,
} from "@dativo/protocol";
import { PLUGIN, Redactor } from "@dativo/protocol";
import { createSourceConfig, createTargetConfig, type SourceConfig, type TargetConfig } from "@dativo/sdk";
import { afterEach } from "vitest";
import type { BuiltinPlugin } from "../builtin.js";

const folders: string[] = [];
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const instance of open.splice(0)) await instance.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "dativo-connectors-"));
  folders.push(folder);
  return folder;
}

/** Path of a file of the vega-datasets package. */
export function dataset(name: string): string {
  return join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "..", "data", name);
}

/** Log records of the instances of the running test. */
export const logged: string[] = [];

/** A signal that is never aborted. */
export const signal: AbortSignal = new AbortController().signal;

function host(projectRoot: string, runId = "run-1") {
  return {
    signal,
    log: (record: { message: string }) => void logged.push(record.message),
    redactor: new Redactor(),
    run: { id: runId, job: "job" },
    projectRoot,
  };
}

/** Opens a reader as the engine does; it is closed after the test. */
export async function openReader(
  plugin: BuiltinPlugin,
  source: Partial<SourceConfig>,
  projectRoot: string,
): Promise<ReaderInstance> {
  const reader = await plugin[PLUGIN].openReader({
    config: createSourceConfig(source),
    host: host(projectRoot),
    defaultObject: "data",
  });
  open.push(reader);
  return reader;
}

/** Opens a writer as the engine does; it is closed after the test. */
export async function openWriter(
  plugin: BuiltinPlugin,
  target: Partial<TargetConfig>,
  at: { readonly base: string; readonly object?: string; readonly mode?: WriteMode; readonly runId?: string },
): Promise<WriterInstance> {
  const mode = at.mode ?? "append";
  const writer = await plugin[PLUGIN].openWriter({
    config: createTargetConfig({ ...target, mode }),
    host: host(at.base, at.runId),
    asset: { name: at.object ?? "things", version: "1", extra: {} },
    object: at.object ?? "things",
    mode,
    outputBase: at.base,
  });
  open.push(writer);
  return writer;
}

/** All events of a reader. */
export async function extract(
  reader: ReaderInstance,
  objects: readonly string[],
  more: { readonly state?: Record<string, Json>; readonly accepts?: readonly BatchForm[] } = {},
): Promise<ReaderEvent[]> {
  const events: ReaderEvent[] = [];
  const request = {
    objects,
    state: more.state ?? {},
    accepts: more.accepts ?? ["relation", "arrow", "rows"],
  };
  for await (const event of reader.extract(request, signal)) events.push(event);
  return events;
}

/** The rows of events, queries run. */
export async function rowsOf(events: readonly ReaderEvent[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const event of events) {
    if (event.type !== "batch") continue;
    const { data } = event;
    if (data.form === "rows") rows.push(...data.rows);
    else if (data.form === "arrow") rows.push(...unpackRows(data));
    else if (data.form === "relation") rows.push(...(await query(data.sql, data.setup)));
  }
  return rows;
}

/** What events say could not be read. */
export async function rejectsOf(events: readonly ReaderEvent[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const event of events)
    if (event.type === "batch" && event.data.form === "relation" && event.data.rejects !== undefined)
      rows.push(...(await query(event.data.rejects)));
  return rows;
}

/** The state after the last checkpoint of events. */
export function lastState(events: readonly ReaderEvent[]): Json | undefined {
  return events.flatMap((event) => (event.type === "checkpoint" ? [event.state] : [])).at(-1);
}

let session: Connection | undefined;

/** Rows of a query on a session of its own. */
export async function query(sql: string, setup: readonly string[] = []): Promise<Row[]> {
  session ??= (await DuckDb.shared()).connect();
  for (const statement of setup) await session.run(statement);
  return (await session.query(sql)).rows;
}

/** A relation for a query. */
export async function relation(sql: string): Promise<RelationBatch> {
  session ??= (await DuckDb.shared()).connect();
  return { form: "relation", sql, schema: await session.describe(sql) };
}

/** Writes one batch and commits it, as the engine does. */
export async function writeAll(
  writer: WriterInstance,
  data: Parameters<WriterInstance["write"]>[0]["data"],
  schema: TableSchema,
  at: { readonly token?: string; readonly final?: boolean; readonly fileCounter?: number } = {},
): Promise<FileMetadata[]> {
  const { token = "run-1/things/0", final = true, fileCounter = 0 } = at;
  const files = [
    ...(await writer.write({ data, schema, fileCounter, token }, signal)).files,
    ...(await writer.flush(token, signal)).files,
  ];
  await writer.commit({ files, token, final, schema }, signal);
  return files;
}
