import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { unpackRows } from "@dativo/columnar";
import type {
  AbortRequest,
  BatchData,
  CommitRequest,
  FileMetadata,
  Plugin,
  RejectedRecord,
  Row,
  TableSchema,
  WriteMode,
  WriteRequest,
  WriterOpen,
} from "@dativo/protocol";
import { encodeRows } from "@dativo/protocol";

/** How a writer of JSON lines behaves. */
export interface FileWriterOptions {
  readonly accepts?: readonly BatchData["form"][];
  readonly modes?: readonly WriteMode[];
  /** Commits by appending to one file, which a second commit does again. */
  readonly appending?: boolean;
  readonly reject?: (row: Row) => string | undefined;
  readonly countFiles?: (records: number) => number | undefined;
  readonly onWrite?: (request: WriteRequest, signal: AbortSignal) => void | Promise<void>;
  readonly onCommit?: (request: CommitRequest) => void | Promise<void>;
  readonly commitStatus?: string;
  /** Names files by their number alone, as the plugins of the guide do. */
  readonly numbered?: boolean;
}

/** A writer that stages files of JSON lines and moves them into place, with what it was asked on record. */
export function fileWriter(options: FileWriterOptions = {}): Plugin & {
  readonly schemas: TableSchema[];
  readonly commits: CommitRequest[];
  readonly aborts: AbortRequest[];
  readonly writes: WriteRequest[];
} {
  const schemas: TableSchema[] = [];
  const commits: CommitRequest[] = [];
  const aborts: AbortRequest[] = [];
  const writes: WriteRequest[] = [];
  return {
    schemas,
    commits,
    aborts,
    writes,
    spec: {
      name: "files",
      kind: "writer",
      version: "1.0.0",
      api: 1,
      accepts: options.accepts ?? ["rows"],
      modes: options.modes ?? ["append"],
      idempotentCommit: options.appending !== true,
    },
    async openReader(): Promise<never> {
      throw new Error("not a reader");
    },
    async openWriter({ outputBase, object, mode, host }: WriterOpen) {
      const place = new Place(outputBase, object, host.run.id, mode, options.appending === true);
      return {
        check: async () => ({ success: true, message: "ok" }),
        async write(request: WriteRequest, signal: AbortSignal) {
          schemas.push(request.schema);
          writes.push(request);
          await options.onWrite?.(request, signal);
          return stage(place, rowsOf(request.data), options, request.fileCounter);
        },
        flush: async () => ({ files: [] }),
        async commit(request: CommitRequest) {
          commits.push(request);
          await options.onCommit?.(request);
          await place.commit(request);
          return { status: options.commitStatus ?? "success", files_added: request.files.length };
        },
        async abort(request: AbortRequest) {
          aborts.push(request);
          await place.abort(request);
        },
        close: async () => undefined,
      };
    },
    close: async () => undefined,
  };
}

async function stage(place: Place, rows: readonly Row[], options: FileWriterOptions, fileCounter: number) {
  const rejected: RejectedRecord[] = [];
  const kept = rows.filter((row, index) => {
    const reason = options.reject?.(row);
    if (reason !== undefined) rejected.push({ index, reason });
    return reason === undefined;
  });
  if (kept.length === 0) return { files: [], rejected };
  const file = await place.stage(kept, options.numbered === true ? `${fileCounter}` : randomUUID());
  const count = options.countFiles === undefined ? kept.length : options.countFiles(kept.length);
  return { files: [count === undefined ? file : { ...file, record_count: count }], rejected };
}

class Place {
  constructor(
    private readonly base: string,
    private readonly object: string,
    private readonly runId: string,
    private readonly mode: WriteMode,
    private readonly appending: boolean,
  ) {}

  private staged(name: string): string {
    return join(this.base, ".staging", this.runId, this.object, name);
  }

  private held(name: string): string {
    return join(this.base, ".held", this.runId, this.object, name);
  }

  private final(name: string): string {
    return join(this.base, this.object, name);
  }

  async stage(rows: readonly Row[], name: string): Promise<FileMetadata> {
    const path = `${name}.jsonl`;
    await mkdir(dirname(this.staged(path)), { recursive: true });
    const text = `${rows.map((row) => new TextDecoder().decode(encodeRows([row])).slice(1, -1)).join("\n")}\n`;
    await writeFile(this.staged(path), text);
    return { path, size_bytes: text.length };
  }

  async commit({ files, final }: CommitRequest): Promise<void> {
    if (this.appending) {
      for (const { path } of files) {
        await mkdir(dirname(this.final("all.jsonl")), { recursive: true });
        await appendFile(this.final("all.jsonl"), await readFile(this.staged(path)));
      }
      return;
    }
    const to =
      this.mode === "replace" ? (name: string) => this.held(name) : (name: string) => this.final(name);
    for (const { path } of files) await moved(this.staged(path), to(path));
    if (this.mode !== "replace" || !final) return;
    const ours = new Set([...(await names(dirname(this.held("x"))))]);
    const done = join(this.base, `.replaced-${this.object}-${this.runId}`);
    if ((await names(this.base)).includes(`.replaced-${this.object}-${this.runId}`)) return;
    for (const old of await names(dirname(this.final("x")))) if (!ours.has(old)) await rm(this.final(old));
    for (const name of ours) await moved(this.held(name), this.final(name));
    await mkdir(this.base, { recursive: true });
    await writeFile(done, "");
  }

  async abort(request: AbortRequest): Promise<void> {
    if (request.scope === "run")
      await rm(dirname(this.staged("x")), { recursive: true, force: true, maxRetries: 5 });
    else for (const { path } of request.files) await rm(this.staged(path), { force: true });
  }
}

/** Moves a file, unless an earlier commit with the same token did. */
async function moved(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}

async function names(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

function rowsOf(data: BatchData): readonly Row[] {
  if (data.form === "rows") return data.rows;
  if (data.form === "arrow") return unpackRows(data);
  if (data.form === "json") return JSON.parse(new TextDecoder().decode(data.text)) as Row[];
  throw new Error("a relation");
}

/** Rows that are visible in the target, over all files of an object. */
export async function rowsIn(outputBase: string, object: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of [...(await names(join(outputBase, object)))].sort()) {
    const text = await readFile(join(outputBase, object, name), "utf8");
    for (const line of text.split("\n")) if (line !== "") rows.push(JSON.parse(line) as Row);
  }
  return rows;
}

/** Files that are staged and not committed. */
export async function stagedFiles(outputBase: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const run of await names(join(outputBase, ".staging")))
    for (const object of await names(join(outputBase, ".staging", run)))
      for (const file of await names(join(outputBase, ".staging", run, object)))
        found.push(`${object}/${file}`);
  return found;
}
