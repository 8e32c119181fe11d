import { type HostContext, type Plugin, Redactor, type Row } from "@dativo/protocol";
import { rowsOfBatch } from "../plugin/canonical.js";
import { OpenedWriter } from "../plugin/opened-writer.js";
import { sampleRows } from "../plugin/sample-rows.js";
import type { ReaderWork, WriterWork } from "./probe-request.js";

/** Records that were handed over, and bytes of their text. */
export interface Amount {
  records: number;
  bytes: number;
  /** The records of one use, which nothing should hold once it is over. */
  readonly held: WeakRef<Row>[];
}

/** Works with a plugin once, as the engine does, and adds up what was handed over. */
export function usePlugin(
  plugin: Plugin,
  work: ReaderWork | WriterWork,
  projectRoot: string,
  use: number,
): Promise<Amount> {
  const host: HostContext = {
    signal: new AbortController().signal,
    log: () => {},
    redactor: new Redactor(),
    run: { id: `run-${use}`, job: "dativo-test" },
    projectRoot,
  };
  return work.kind === "reader" ? read(plugin, work, host) : write(plugin, work, host, use);
}

/** A full read, and one that is left after its first batch. */
async function read(plugin: Plugin, work: ReaderWork, host: HostContext): Promise<Amount> {
  const reader = await plugin.openReader({
    config: work.source,
    host,
    defaultObject: work.objects[0] ?? "records",
  });
  const amount: Amount = { records: 0, bytes: 0, held: [] };
  try {
    for (const isLeft of [false, true]) {
      const { signal } = new AbortController();
      const request = { objects: work.objects, state: {}, accepts: ["rows", "json", "arrow"] as const };
      for await (const event of reader.extract(request, signal)) {
        if (event.type !== "batch") continue;
        const rows = rowsOfBatch(event.data);
        amount.records += rows.length;
        for (const row of rows) {
          amount.bytes += Object.values(row).join().length;
          amount.held.push(new WeakRef(row));
        }
        if (isLeft) break;
      }
    }
  } finally {
    await reader.close();
  }
  return amount;
}

/** A commit of two batches, and a batch that is aborted. */
async function write(plugin: Plugin, work: WriterWork, host: HostContext, use: number): Promise<Amount> {
  const { target, asset, object, mode, outputBase } = work;
  const instance = await plugin.openWriter({ config: target, host, asset, object, mode, outputBase });
  let files = use * 10;
  const held: WeakRef<Row>[] = [];
  const writer = new OpenedWriter(instance, {
    accepts: plugin.spec.accepts ?? ["rows"],
    object,
    fileCounter: () => files,
    onFiles: (count) => {
      files += count;
    },
    witness: () => {},
    signal: host.signal,
  });
  try {
    const batches = [sampleRows(40), sampleRows(40, 41)];
    for (const row of batches.flat()) held.push(new WeakRef(row));
    await writer.commit(await writer.stage(`run-${use}/${object}/1`, ...batches), { final: false });
    const staged = await writer.stage(`run-${use}/${object}/2`, sampleRows(20, 81));
    await writer.abort({ scope: "files", files: staged.files, token: staged.token });
  } finally {
    await writer.close();
  }
  return { records: 100, bytes: 100 * 60, held };
}
