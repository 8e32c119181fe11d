import { randomUUID } from "node:crypto";
import { rename, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import type { ArrowBatch } from "@dativo/columnar";
import {
  type ColumnBatch,
  DativoError,
  isDativoError,
  type RelationBatch,
  type TableSchema,
} from "@dativo/sdk";
import type { FileFormat } from "../files/file-format.js";
import { sameColumns } from "../schema/same-columns.js";
import { writeArrowPart } from "./arrow-part.js";
import {
  type CopiedFile,
  type CopySettings,
  copyToFolder,
  fileSuffix,
  ROW_GROUP_RECORDS,
} from "./copy-part.js";
import { remove, removeEmptyFolders, syncFile, syncFolder, targetError } from "./durable-files.js";
import type { FileLayout } from "./file-layout.js";
import type { FilesTargetOptions } from "./files-options.js";
import { GrowingFile } from "./growing-file.js";
import { type Lane, Lanes } from "./lanes.js";
import { moveAll, replaceGeneration } from "./publish.js";
import type { StagedFile } from "./staged-file.js";

const MEGABYTE = 1_000_000;

/** Pieces that are encoded side by side, since DuckDB reads columns of ours on one core a statement. */
const PIECES_AT_ONCE = Math.min(4, availableParallelism());

/** Bytes from which a batch of native memory is worth a scan of its own; smaller ones are copied and joined. */
const SCANNED_BYTES = 256 * 1024;

/** A batch that waits to be written. */
interface Gathered {
  readonly batch: ArrowBatch;
  /** Lets go of memory that was kept for it. */
  readonly drop: () => void;
}

function gathered(data: ArrowBatch, format: FileFormat): Gathered {
  if (data.form === "arrow") return { batch: data, drop: () => {} };
  if (format === "arrow" || data.byteSize < SCANNED_BYTES) return { batch: data.columns(), drop: () => {} };
  return { batch: data, drop: data.retain() };
}

function isOwn(batch: ArrowBatch): batch is ColumnBatch {
  return batch.form === "arrow";
}

/** Settings of a files target. */
export interface FilesTargetSettings {
  readonly format: FileFormat;
  readonly options: FilesTargetOptions;
  readonly partitioning: readonly string[];
  readonly targetBytes: number;
  readonly replaces: boolean;
}

/**
 * The files of one object: gathers columns, writes them beside the target in the background, and moves whole files
 * into place.
 *
 * Columns are written in pieces while the next are gathered. A piece of Parquet is a row group or two: several are
 * encoded at once and then joined, in order, to files of the size asked for. Of other formats a piece is a file, and one
 * at a time is written.
 */
export class FilesTarget {
  private readonly lanes: Lanes;
  private gathered: Gathered[] = [];
  private gatheredBytes = 0;
  private gatheredRecords = 0;
  private schema: TableSchema | undefined;
  private readonly growing = new GrowingFile();
  private writing: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | undefined;
  private unsynced: StagedFile[] = [];
  private staged: StagedFile[] = [];
  private number = 0;

  constructor(
    private readonly layout: FileLayout,
    private readonly settings: FilesTargetSettings,
  ) {
    this.lanes = new Lanes(this.joins ? PIECES_AT_ONCE : 1);
  }

  /** Stages a batch, or keeps it until there are enough; returns files whose writing has ended meanwhile. */
  async write(
    data: ArrowBatch | RelationBatch,
    fileCounter: number,
    signal: AbortSignal,
  ): Promise<StagedFile[]> {
    this.number = Math.max(this.number, fileCounter);
    if (data.form === "relation") {
      await this.endFile(signal);
      await this.writeRelation(data, signal);
    } else await this.gather(data, signal);
    this.throwFailure();
    return this.take();
  }

  /** Writes what is gathered and makes all staged files durable. */
  async flush(signal: AbortSignal): Promise<StagedFile[]> {
    await this.endFile(signal);
    const folders = new Set<string>();
    try {
      for (const { staged } of this.unsynced) {
        await syncFile(staged);
        folders.add(dirname(staged));
      }
      for (const folder of folders) await syncFolder(folder);
    } catch (error) {
      throw targetError(this.layout.parts, error);
    }
    this.unsynced = [];
    return this.take();
  }

  /** Makes staged files visible; with `replaces`, all of the run's at the last commit. */
  async commit(staged: readonly string[], final: boolean): Promise<void> {
    try {
      if (!this.settings.replaces) await moveAll(staged, (path) => this.layout.visiblePath(path));
      else await this.commitGeneration(staged, final);
      await this.tidy(staged);
    } catch (error) {
      if (isDativoError(error) && error.code === "COMMIT_FAILED") throw error;
      throw targetError(this.layout.folder, error);
    }
  }

  /** Discards staged files, and what is gathered. */
  async abort(staged: readonly string[] | "run"): Promise<void> {
    this.dropGathered();
    await this.writing;
    this.failure = undefined;
    const known = [...this.staged, ...this.unsynced].map((file) => file.staged);
    known.push(...this.growing.drop());
    this.staged = [];
    this.unsynced = [];
    if (staged === "run") await remove(this.layout.parts);
    else for (const path of [...staged, ...known]) await remove(path);
    await this.tidy(staged === "run" ? [] : [...staged, ...known]);
  }

  /** Ends the session; what is being written is stopped. */
  async close(): Promise<void> {
    this.dropGathered();
    await this.lanes.close();
    await this.writing;
  }

  private async commitGeneration(staged: readonly string[], final: boolean): Promise<void> {
    const waiting: string[] = [];
    // After a replacement that took effect, its files are visible and no longer wait anywhere.
    for (const path of staged) if (!(await isFile(this.layout.visiblePath(path)))) waiting.push(path);
    if (final && staged.length > 0 && waiting.length === 0 && !(await isFile(this.layout.replacement)))
      return;
    await moveAll(waiting, (path) => this.layout.generationPath(path));
    if (final) await replaceGeneration(this.layout);
  }

  private async gather(data: ArrowBatch, signal: AbortSignal): Promise<void> {
    if (this.schema !== undefined && !sameColumns(this.schema, data.schema)) await this.endFile(signal);
    this.schema = data.schema;
    if (data.recordCount > 0) this.gathered.push(gathered(data, this.settings.format));
    this.gatheredBytes += data.byteSize;
    this.gatheredRecords += data.recordCount;
    if (this.isEnough()) await this.writeGathered(signal);
  }

  /** Says whether what is gathered is worth a piece. */
  private isEnough(): boolean {
    const { buffer_mb: megabytes, row_group_size: rowGroup = ROW_GROUP_RECORDS } = this.settings.options;
    return (
      this.gatheredBytes >= (megabytes * MEGABYTE) / this.lanes.count ||
      (this.joins && this.gatheredRecords >= rowGroup)
    );
  }

  private get joins(): boolean {
    return this.settings.format === "parquet" && this.settings.partitioning.length === 0;
  }

  /** Begins to write what is gathered, once there is a lane for it. */
  private async writeGathered(signal: AbortSignal): Promise<void> {
    if (this.gathered.length === 0) return;
    const folder = this.nextFolder();
    const { result } = await this.lanes.begin((lane) => this.copyGathered(lane, folder, signal));
    const before = this.writing;
    this.writing = this.inBackground(async () => {
      await before;
      if (this.joins) await this.continueFile(await result);
      else await this.receive(folder, await result);
    });
    this.throwFailure();
  }

  private async copyGathered(lane: Lane, folder: string, signal: AbortSignal): Promise<CopiedFile[]> {
    const records = this.gatheredRecords;
    const parts = this.takeGathered();
    const batches = parts.map(({ batch }) => batch);
    const [first] = batches;
    try {
      if (first === undefined) return [];
      if (this.settings.format === "arrow") return await writeArrowPart(batches.filter(isOwn), folder);
      const { schema } = first;
      const connection = await lane.connection();
      return await connection.withColumnBatches(batches, (sql) => {
        const query = this.joins ? { sql, schema, records } : { sql, schema };
        return copyToFolder(connection, query, folder, this.copySettings(), signal);
      });
    } finally {
      for (const { drop } of parts) drop();
    }
  }

  /** Adds pieces to the file that is being written, which ends at the size asked for. */
  private async continueFile(pieces: readonly CopiedFile[]): Promise<void> {
    for (const piece of pieces) {
      await this.growing.add(piece);
      if (this.growing.bytes >= this.settings.targetBytes) await this.joinPieces();
    }
  }

  private async joinPieces(): Promise<void> {
    const joined = await this.growing.join();
    if (joined !== undefined) await this.receive(dirname(joined.path), [joined]);
  }

  /** Writes what is gathered, and ends the file that it belongs to. */
  private async endFile(signal: AbortSignal): Promise<void> {
    await this.writeGathered(signal);
    await this.writing;
    this.throwFailure();
    await this.joinPieces();
  }

  private async writeRelation(relation: RelationBatch, signal: AbortSignal): Promise<void> {
    const folder = this.nextFolder();
    const { result } = await this.lanes.begin(async (lane) => {
      const connection = await lane.connection();
      for (const statement of relation.setup ?? []) await connection.run(statement, signal);
      return copyToFolder(connection, relation, folder, this.copySettings(), signal);
    });
    await this.receive(folder, await result);
  }

  /** Gives what was written its final name; the folder that a COPY made is only a place to work in. */
  private async receive(folder: string, copied: readonly CopiedFile[]): Promise<void> {
    const suffix = fileSuffix(this.settings.format, this.settings.options.compression);
    for (const { path, records } of copied) {
      const name = this.layout.fileName(this.number, suffix);
      this.number += 1;
      const named = join(dirname(path), name);
      await rename(path, named);
      const { size } = await stat(named);
      const file: StagedFile = {
        path: this.layout.visiblePath(named),
        staged: named,
        sizeBytes: size,
        recordCount: records,
      };
      this.staged.push(file);
      this.unsynced.push(file);
    }
    if (copied.length === 0) await remove(folder);
  }

  private dropGathered(): void {
    for (const { drop } of this.takeGathered()) drop();
  }

  private takeGathered(): readonly Gathered[] {
    const parts = this.gathered;
    this.gathered = [];
    this.gatheredBytes = 0;
    this.gatheredRecords = 0;
    return parts;
  }

  private nextFolder(): string {
    return join(this.layout.parts, randomUUID());
  }

  private async inBackground(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.failure ??= { error };
    }
  }

  private throwFailure(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  private take(): StagedFile[] {
    const files = this.staged;
    this.staged = [];
    return files;
  }

  private copySettings(): CopySettings {
    const { format, options, partitioning, targetBytes } = this.settings;
    if (format === "arrow")
      throw new DativoError({ code: "INTERNAL", message: "Arrow files are not written by COPY." });
    return { format, options, partitioning, targetBytes };
  }

  /** Removes the folders that staged files leave empty. */
  private async tidy(staged: readonly string[]): Promise<void> {
    const { parts, stagingTop } = this.layout;
    for (const folder of new Set([...staged.map((path) => dirname(path)), parts]))
      await removeEmptyFolders(folder, dirname(stagingTop));
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
