/** A writer that keeps one JSON file for each object, with one record for each key. */
import { mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { defineWriter, type FileMetadata, type OpenWriterContext, type Row } from "@dativo/sdk";

export default defineWriter({
  name: "json-table",
  version: "1.2.3",
  modes: ["merge"],
  idempotentCommit: true,
  open: (context) => new Table(context),
  write: ({ client, batch, token }) => client.stage(batch.rows(), token),
  commit: ({ client, files }) => client.merge(files),
  abort: ({ client, files, scope, runId }) => client.discard(scope === "run" ? runId : files),
});

class Table {
  private readonly file: string;
  private readonly staging: string;
  private batches = 0;

  constructor(context: Pick<OpenWriterContext<unknown>, "outputBase" | "object" | "run">) {
    const object = encodeURIComponent(context.object)
      .replaceAll(".", "%2E")
      .replaceAll("_", "%5F")
      .slice(0, 120);
    this.file = join(context.outputBase, `${object}.json`);
    this.staging = join(context.outputBase, "_staging", encodeURIComponent(context.run.id), object);
  }

  async stage(rows: readonly Row[], token: string): Promise<FileMetadata[]> {
    if (rows.length === 0) return [];
    this.batches += 1;
    const path = join(this.staging, `${encodeURIComponent(token)}-${this.batches}.json`);
    await mkdir(this.staging, { recursive: true });
    await writeFile(path, JSON.stringify(rows, exact));
    return [{ path, recordCount: rows.length }];
  }

  async merge(files: readonly FileMetadata[]): Promise<void> {
    const rows = new Map((await rowsIn(this.file)).map((row) => [String(row.id), row]));
    for (const { path } of files) for (const row of await rowsIn(path)) rows.set(String(row.id), row);
    await mkdir(dirname(this.file), { recursive: true });
    const next = join(dirname(this.file), `_next-${process.pid}`);
    await writeFile(next, JSON.stringify([...rows.values()]));
    await rename(next, this.file);
    await this.discard(files);
  }

  async discard(what: readonly FileMetadata[] | string | undefined): Promise<void> {
    if (Array.isArray(what)) for (const { path } of what) await rm(path, { force: true });
    else
      await rm(
        join(dirname(this.file), "_staging", encodeURIComponent(String(what)), basename(this.staging)),
        { recursive: true, force: true },
      );
    for (const folder of [this.staging, dirname(this.staging), dirname(dirname(this.staging))])
      await rmdir(folder).catch(() => {});
  }
}

async function rowsIn(path: string): Promise<Row[]> {
  return JSON.parse(await readFile(path, "utf8").catch(() => "[]"));
}

function exact(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
