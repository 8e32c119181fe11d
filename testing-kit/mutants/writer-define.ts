/** A writer of JSON lines that stages below a folder named for its run, and moves at commit. */
import { access, mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { defineWriter, type FileMetadata, type OpenWriterContext, type Row, secret } from "@dativo/sdk";
import { z } from "zod";

export default defineWriter({
  name: "json-lines",
  version: "1.2.3",
  config: { credentials: z.object({ key: secret().optional() }) },
  modes: ["append", "replace"],
  idempotentCommit: true,
  open: (context) => new Target(context, context.config.credentials.key?.reveal() ?? ""),
  check: async ({ client, log }) => {
    log.debug("checking the target");
    await client.check();
    return { success: true, message: "The target can be written to." };
  },
  write: ({ client, batch, token }) => client.stage(batch.rows(), token),
  commit: ({ client, files, token, final }) => client.publish(files, token, final),
  abort: ({ client, files, scope, runId }) => client.discard(scope === "run" ? runId : files),
});

class Target {
  private readonly folder: string;
  private readonly staging: string;
  private readonly object: string;
  private readonly run: string;
  private readonly replaces: boolean;
  private batches = 0;

  constructor(
    context: Pick<OpenWriterContext<unknown>, "outputBase" | "object" | "run" | "mode">,
    protected readonly key: string,
  ) {
    this.folder = context.outputBase;
    this.object = safe(context.object);
    this.run = safe(context.run.id);
    this.replaces = context.mode === "replace";
    this.staging = join(this.folder, "_staging", this.run, this.object);
  }

  async check(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
  }

  async stage(rows: readonly Row[], token: string): Promise<FileMetadata[]> {
    if (rows.length === 0) return [];
    this.batches += 1;
    const path = join(this.staging, `${this.object}-${this.run}-${safe(token)}-${this.batches}.jsonl`);
    await mkdir(dirname(path), { recursive: true });
    const text = rows.map((row) => `${JSON.stringify(row, exact)}\n`).join("");
    await writeFile(path, text);
    return [{ path, recordCount: rows.length, sizeBytes: Buffer.byteLength(text) }];
  }

  async publish(files: readonly FileMetadata[], _token: string, final: boolean): Promise<void> {
    const waiting = join(this.folder, "_staging", this.run, `${this.object}.ready`);
    const visible = this.replaces ? waiting : this.folder;
    await mkdir(visible, { recursive: true });
    for (const { path } of files) await move(path, join(visible, basename(path)), this.folder);
    if (this.replaces && final) await this.replaceBy(waiting);
    await this.tidy();
  }

  async discard(what: readonly FileMetadata[] | string | undefined): Promise<void> {
    if (Array.isArray(what)) for (const { path } of what) await rm(path, { force: true });
    else await this.discardRun(safe(String(what)));
    await this.tidy();
  }

  /** Removes what this object has in the staging folder of a run; other objects of the run are still being written. */
  private async discardRun(run: string): Promise<void> {
    for (const name of [this.object, `${this.object}.ready`])
      await rm(join(this.folder, "_staging", run, name), { recursive: true, force: true });
    await rmdir(join(this.folder, "_staging", run)).catch(ignore);
  }

  private async replaceBy(waiting: string): Promise<void> {
    const fresh = await readdir(waiting);
    if (fresh.length === 0) return;
    const old = (await readdir(this.folder)).filter((name) => name.startsWith(`${this.object}-`));
    for (const name of fresh) await rename(join(waiting, name), join(this.folder, name));
    for (const name of old) if (!fresh.includes(name)) await rm(join(this.folder, name), { force: true });
    await rmdir(waiting);
  }

  private async tidy(): Promise<void> {
    for (const folder of [this.staging, dirname(this.staging), join(this.folder, "_staging")])
      await rmdir(folder).catch(ignore);
  }
}

/** Moves a file once: what has arrived is left where it is. */
async function move(from: string, to: string, folder: string): Promise<void> {
  if (await isThere(join(folder, basename(to)))) return;
  if (!(await isThere(from)) && (await isThere(to))) return;
  await rename(from, to);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function exact(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** A name that stays in its folder, is not hidden, and is not too long. */
function safe(name: string): string {
  return encodeURIComponent(name).replaceAll(".", "%2E").replaceAll("_", "%5F").slice(0, 120);
}

function ignore(): void {}
