import { rm } from "node:fs/promises";
import { resolve, sep } from "node:path";
import {
  type AssetDefinition,
  PLUGIN,
  type PluginExport,
  type Row,
  type TargetConfig,
  type WriteMode,
} from "@dativo/protocol";
import type { Http } from "../http/http.js";
import type { Logger } from "../log/logger.js";
import type { CommitResult, ConnectionTestResult, FileMetadata } from "../results/author-results.js";
import { writerClassPlugin } from "./class-plugin.js";
import { surroundingsOf } from "./standalone-surroundings.js";

type MaybePromise<T> = T | Promise<T>;

/** What an abort covers beside the files it names. */
export interface AbortScope {
  /** `files`: those given; `run`: all that the run staged and did not commit, which only the writer can find. */
  readonly scope: "files" | "run";
  readonly runId?: string | undefined;
}

/**
 * The class form of a writer: extend it, store records in `writeBatch`, and name the class in a job as `path:Name`.
 *
 * Every method may be async or not. `close()` or `Symbol.asyncDispose`, when the class has one, is called once at the end.
 *
 * @example
 * export class MyWriter extends BaseWriter {
 *   static override version = "1.0.0";
 *   override async writeBatch(records: Record<string, unknown>[], fileCounter: number) {
 *     const path = join(this.outputBase, `${this.assetDefinition.name}_${fileCounter}.json`);
 *     await writeFile(path, JSON.stringify(records));
 *     return [{ path, recordCount: records.length }];
 *   }
 * }
 */
export abstract class BaseWriter {
  /** The plugin's own version. */
  static version = "1.0.0";
  /** Whether `commitFiles` with the same token twice has the effect of once. */
  static idempotentCommit = false;
  /** The modes the writer knows. */
  static modes: readonly WriteMode[] = ["append"];

  /** Makes a subclass loadable. */
  static get [PLUGIN](): PluginExport[typeof PLUGIN] {
    // biome-ignore lint/complexity/noThisInStatic: `this` is the subclass that is loaded
    return writerClassPlugin(this as unknown as WriterClass);
  }

  /** The asset definition of the job, or one made of the object's name and columns. */
  readonly assetDefinition: AssetDefinition;
  /** The `target` of the job. */
  readonly targetConfig: TargetConfig;
  /** Absolute folder or address that `target.connection.path` names. */
  readonly outputBase: string;
  protected readonly log: Logger;
  protected readonly http: Http;
  /** Aborted when the run is cancelled. */
  protected readonly signal: AbortSignal;

  constructor(assetDefinition: AssetDefinition, targetConfig: TargetConfig, outputBase: string) {
    this.assetDefinition = assetDefinition;
    this.targetConfig = targetConfig;
    this.outputBase = outputBase;
    const { log, http, signal } = surroundingsOf(new.target.name, targetConfig);
    this.log = log;
    this.http = http;
    this.signal = signal;
  }

  /** Tests the connection. @default unknown: neither success nor failure */
  checkConnection(): MaybePromise<ConnectionTestResult | undefined> {
    return undefined;
  }

  /**
   * Stores a batch, and says where.
   *
   * @param records the batch
   * @param fileCounter number of files this object has had so far, over all runs
   */
  abstract writeBatch(records: readonly Row[], fileCounter: number): MaybePromise<readonly FileMetadata[]>;

  /**
   * Makes what was written visible; the same token may come again after a crash.
   *
   * @default nothing to do: the files are where they should be
   */
  commitFiles(files: readonly FileMetadata[], _token: string): MaybePromise<CommitResult> {
    return { status: "success", filesAdded: files.length };
  }

  /**
   * Discards what was written and not committed.
   *
   * @default removes the files named that are inside `outputBase`
   */
  abortFiles(files: readonly FileMetadata[], _scope: AbortScope): MaybePromise<void> {
    return removeWithin(
      this.outputBase,
      files.map(({ path }) => path),
    );
  }
}

async function removeWithin(folder: string, paths: readonly string[]): Promise<void> {
  const base = resolve(folder) + sep;
  for (const path of paths) {
    const file = resolve(folder, path);
    if (file.startsWith(base)) await rm(file, { force: true });
  }
}

/** A subclass of `BaseWriter`. */
export interface WriterClass {
  new (assetDefinition: AssetDefinition, targetConfig: TargetConfig, outputBase: string): BaseWriter;
  readonly name: string;
  readonly version: string;
  readonly idempotentCommit: boolean;
  readonly modes: readonly WriteMode[];
}
