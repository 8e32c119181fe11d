import { PLUGIN, type PluginExport, type SourceConfig } from "@dativo/protocol";
import type { Http } from "../http/http.js";
import type { AnyIterable } from "../lifetime/abortable.js";
import type { Logger } from "../log/logger.js";
import type { Partition, PartitionTools, ReadPartition } from "../partitions/partition.js";
import type { ConnectionTestResult, DiscoveryResult } from "../results/author-results.js";
import { readerClassPlugin } from "./class-plugin.js";
import type { Extracted } from "./extracted.js";
import type { IncrementalState } from "./incremental-state.js";
import { surroundingsOf } from "./standalone-surroundings.js";

type MaybePromise<T> = T | Promise<T>;

/**
 * The class form of a reader: extend it, yield records from `extract`, and name the class in a job as `path:Name`.
 *
 * Every method may be async or not, and `extract` any kind of generator. `close()` or `Symbol.asyncDispose`, when the
 * class has one, is called once at the end.
 *
 * @example
 * export class MyReader extends BaseReader {
 *   static override version = "1.0.0";
 *   override async *extract() {
 *     for (const object of this.sourceConfig.objects) yield { object, records: await fetchAll(object) };
 *   }
 * }
 */
export abstract class BaseReader {
  /** The plugin's own version. */
  static version = "1.0.0";
  /**
   * Whether `extract` yields positions, so that a later run goes on where this one ends and adds to the target.
   * Otherwise every run reads everything, and replaces what the target has where the writer can.
   */
  static incremental = false;
  /** Whether `partitions` divides objects, so that their parts can be read side by side. */
  static partitioned = false;

  /** Makes a subclass loadable. */
  static get [PLUGIN](): PluginExport[typeof PLUGIN] {
    // biome-ignore lint/complexity/noThisInStatic: `this` is the subclass that is loaded
    return readerClassPlugin(this as unknown as ReaderClass);
  }

  /** The `source` of the job; during `extract` its `objects` are those that are to be read. */
  sourceConfig: SourceConfig;
  /** The part of the object that `extract` is to yield, for readers that are `partitioned`. */
  partition: ReadPartition | undefined;
  protected readonly log: Logger;
  protected readonly http: Http;
  /** Aborted when the run is cancelled. */
  protected readonly signal: AbortSignal;

  constructor(sourceConfig: SourceConfig) {
    this.sourceConfig = sourceConfig;
    const { log, http, signal } = surroundingsOf(new.target.name, sourceConfig);
    this.log = log;
    this.http = http;
    this.signal = signal;
  }

  /** Tests the connection. @default unknown: neither success nor failure */
  checkConnection(): MaybePromise<ConnectionTestResult | undefined> {
    return undefined;
  }

  /** Lists the objects that `extract` accepts. @default the objects of the job, without columns */
  discover(): MaybePromise<DiscoveryResult> {
    return {
      objects: this.sourceConfig.objects.map((name) => ({ name, type: "object" })),
      metadata: { note: "The plugin does not implement discovery; these are the objects of the job." },
    };
  }

  /** Yields records: arrays of them, `{ records, object, position }`, or `checkpoint(…)`. */
  abstract extract(state?: IncrementalState): MaybePromise<AnyIterable<Extracted>>;

  /**
   * Divides an object into parts: together they hold every record, and each record once. An object that is divided
   * into none is read whole. Asked only where `static partitioned = true`.
   */
  partitions(_tools: PartitionTools): MaybePromise<readonly Partition[]> {
    return [];
  }

  /** Number of records that `extract` would yield. @default null: the source cannot tell */
  getTotalRecordsEstimate(): MaybePromise<number | null> {
    return null;
  }
}

/** A subclass of `BaseReader`. */
export interface ReaderClass {
  new (sourceConfig: SourceConfig): BaseReader;
  readonly name: string;
  readonly version: string;
  readonly incremental: boolean;
  readonly partitioned: boolean;
}
