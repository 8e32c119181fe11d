import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseLosslessJson, type Row } from "@dativo/protocol";
import { defineWriter, type FileMetadata, type OpenWriterContext } from "@dativo/sdk";
import { losslessText } from "../http/page-records.js";

/** What one object has in a table target; one file, so that a commit is one rename. */
interface Table {
  readonly tokens: readonly string[];
  readonly rows: readonly Row[];
  /** Records of a replacement that has not taken effect. */
  readonly waiting: readonly Row[];
}

/** Name of the target in jobs that the harness runs. */
export const TABLE_TARGET = "dativo_test";

/** A target of small tables that tests can look into: staged below `.staging`, committed once for each token. */
export const tableTarget = defineWriter({
  name: TABLE_TARGET,
  version: "1.0.0",
  modes: ["append", "replace", "merge"],
  idempotentCommit: true,
  open: (context) => new TableFile(context),
  check: () => ({ success: true, message: "A temporary target of the testing kit." }),
  write: ({ client, batch, token }) => client.stage(batch.rows(), token),
  commit: ({ client, files, token, final, schema, target }) =>
    client.commit(files, token, final, target.key ?? schema.key ?? []),
  abort: ({ client, files, runId }) => client.discard(files, runId),
});

/** The rows of an object of a table target. */
export async function tableRows(folder: string, object: string): Promise<readonly Row[]> {
  return (await readTable(tablePath(folder, object))).rows;
}

class TableFile {
  private readonly path: string;
  private readonly staging: string;
  private readonly mode: string;
  private batches = 0;

  constructor({
    outputBase,
    object,
    run,
    mode,
  }: Pick<OpenWriterContext<unknown>, "outputBase" | "object" | "run" | "mode">) {
    this.path = tablePath(outputBase, object);
    this.staging = join(outputBase, ".staging", encodeURIComponent(run.id), encodeURIComponent(object));
    this.mode = mode;
  }

  async stage(rows: readonly Row[], token: string): Promise<FileMetadata[]> {
    if (rows.length === 0) return [];
    this.batches += 1;
    await mkdir(this.staging, { recursive: true });
    const path = join(this.staging, `${encodeURIComponent(token)}-${this.batches}.json`);
    await writeFile(path, losslessText(rows.map(plain)));
    return [{ path, recordCount: rows.length }];
  }

  async commit(
    files: readonly FileMetadata[],
    token: string,
    final: boolean,
    key: readonly string[],
  ): Promise<void> {
    const table = await readTable(this.path);
    if (table.tokens.includes(token)) return;
    const staged: Row[] = [];
    for (const { path } of files) staged.push(...(parseLosslessJson(await readFile(path, "utf8")) as Row[]));
    await this.write({ tokens: [...table.tokens, token], ...this.after(table, staged, final, key) });
    await this.discard(files);
  }

  async discard(files: readonly FileMetadata[], runId?: string): Promise<void> {
    for (const { path } of files) await rm(path, { force: true });
    if (runId === undefined) return;
    const staged = join(this.staging, "..", "..", encodeURIComponent(runId), basename(this.staging));
    await rm(staged, { recursive: true, force: true });
  }

  private after(
    { rows, waiting }: Table,
    staged: readonly Row[],
    final: boolean,
    key: readonly string[],
  ): Omit<Table, "tokens"> {
    if (this.mode === "replace")
      return final
        ? { rows: [...waiting, ...staged], waiting: [] }
        : { rows, waiting: [...waiting, ...staged] };
    if (this.mode === "append" || key.length === 0) return { rows: [...rows, ...staged], waiting };
    const merged = new Map(
      [...rows, ...staged].map((row) => [losslessText(key.map((column) => row[column])), row]),
    );
    return { rows: [...merged.values()], waiting };
  }

  private async write(table: Table): Promise<void> {
    const next = `${this.path}.${process.pid}.next`;
    await writeFile(next, losslessText(table));
    await rename(next, this.path);
  }
}

function tablePath(folder: string, object: string): string {
  return join(folder, `${encodeURIComponent(object)}.table.json`);
}

async function readTable(path: string): Promise<Table> {
  const text = await readFile(path, "utf8").catch(() => '{"tokens":[],"rows":[],"waiting":[]}');
  return parseLosslessJson(text) as Table;
}

/** A row whose values JSON can hold. */
function plain(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    ]),
  );
}
