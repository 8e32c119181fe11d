import type { BatchData, BatchForm } from "./batch.js";
import type { CloudExecution } from "./cloud-execution.js";
import type { AssetDefinition, SourceConfig, TargetConfig, WriteMode } from "./config.js";
import type { TableSchema } from "./field-type.js";
import type { Json, JsonObject } from "./json.js";
import type { LogRecord } from "./log.js";
import type { Redactor } from "./redactor.js";
import type {
  CommitResult,
  ConnectionTestResult,
  DiscoveryResult,
  FileMetadata,
  WriteResult,
} from "./results.js";

/** What a plugin says of itself before it is opened. */
export interface PluginSpec {
  readonly name: string;
  readonly kind: "reader" | "writer";
  /** The plugin's own version. */
  readonly version: string;
  /** The contract version it was built for. */
  readonly api: number;
  readonly description?: string;
  /** JSON Schema of what it reads from `connection`, `credentials` and `engine.options`. */
  readonly configSchema?: JsonObject;
  /** Key paths whose values are secret, such as `credentials.api_key`, beside everything under `credentials`. */
  readonly secrets?: readonly string[];
  /** Reader: the objects it knows without asking its source. */
  readonly objects?: readonly ObjectSpec[];
  /** Reader: whether it answers `partitions`, so that parts of an object can be read side by side. @default false */
  readonly partitions?: boolean;
  /** Reader: the forms of batch it yields, the usual one first; absent when only reading tells. */
  readonly yields?: readonly BatchForm[];
  /** Writer: the forms of batch it takes, best first; one that takes native also takes arrow. @default ["rows"] */
  readonly accepts?: readonly BatchForm[];
  /** Writer: whether committing twice with one token has the effect of once. @default false */
  readonly idempotentCommit?: boolean;
  /** Writer: the modes it knows. @default ["append"] */
  readonly modes?: readonly WriteMode[];
  /** Writer: whether only one process at a time can have its target open, as with a database file. @default false */
  readonly singleProcess?: boolean;
}

/** What a reader says of one object. */
export interface ObjectSpec {
  readonly name: string;
  readonly description?: string;
  /** Columns, when the reader declares them; otherwise the engine infers them. */
  readonly schema?: TableSchema;
  /** Column that incremental reading follows. */
  readonly cursor?: string;
  /** Whether a later run goes on where this one ends, instead of reading everything again. */
  readonly incremental: boolean;
}

/** What surrounds an instance: how it logs, when it must stop, and on behalf of which run it works. */
export interface HostContext {
  /** Aborted when the run is cancelled; an instance stops within a second. */
  readonly signal: AbortSignal;
  readonly log: (record: LogRecord) => void;
  readonly redactor: Redactor;
  readonly run: RunIdentity;
  /** Absolute folder that relative paths of the job start at. */
  readonly projectRoot: string;
}

/** The run that an instance works for. */
export interface RunIdentity {
  readonly id: string;
  readonly job: string;
}

/** How a reader is opened. */
export interface ReaderOpen {
  readonly config: SourceConfig;
  readonly host: HostContext;
  /** Name given to records that a plugin yields without saying which object they belong to. */
  readonly defaultObject: string;
}

/** How a writer is opened: once for each object. */
export interface WriterOpen {
  readonly config: TargetConfig;
  readonly host: HostContext;
  readonly asset: AssetDefinition;
  readonly object: string;
  readonly mode: WriteMode;
  /** Absolute folder or address that the job's `target.connection.path` names. */
  readonly outputBase: string;
}

/** How a function is asked to read and to stage what it read. */
export interface TransferOpen {
  readonly reader: ReaderOpen;
  readonly writer: Pick<WriterOpen, "config" | "host" | "outputBase">;
  /** What is to be read, and how it is checked and committed; only the engine knows its parts. */
  readonly task: JsonObject;
}

/** A part of one object that can be read beside its other parts. */
export interface ReaderPartition {
  readonly object: string;
  /** Name of the part, unique in its object; its position is kept under it, so it means the same in later runs. */
  readonly id: string;
  /** What the reader needs to find the part again; holds no secret. */
  readonly params: Readonly<Record<string, PartitionParam>>;
}

/** A value that describes a partition. */
export type PartitionParam = string | number | boolean | null;

/** What a reader is asked to divide. */
export interface PartitionsRequest {
  readonly objects: readonly string[];
  /** The position each object was left at, as in `ExtractRequest`. */
  readonly state: Readonly<Record<string, Json>>;
  /** Partitions of each object that are wished for, where the reader can choose. */
  readonly count: number;
}

/** What a reader is asked to read. */
export interface ExtractRequest {
  readonly objects: readonly string[];
  /** The position each object was left at; an object without one is read from its start. */
  readonly state: Readonly<Record<string, Json>>;
  /** Forms the consumer takes, best first; a reader that has a choice yields the first it can. */
  readonly accepts?: readonly BatchForm[];
  /** Upper bound of records a consumer will take in all; a reader may stop early. */
  readonly limit?: number;
  /** Only this part of its object, which is the one object asked for; `state` then holds the position of the part. */
  readonly partition?: ReaderPartition;
}

/**
 * What a reader hands over, in order.
 *
 * For each object: one `object`, then batches and checkpoints, then one `end`. A checkpoint promises that all
 * records of its object before it were yielded, and that extracting from its state yields every later record at
 * least once. A stream that ends without the `end` of an object it began is a failure.
 */
export type ReaderEvent =
  | { readonly type: "object"; readonly object: ObjectSpec }
  | {
      readonly type: "batch";
      readonly object: string;
      readonly data: BatchData;
      /** Records read from the source but left out on purpose, such as those before the cursor. @default 0 */
      readonly filtered?: number;
      /** Records read again at an inclusive boundary and left out. @default 0 */
      readonly deduplicated?: number;
    }
  | { readonly type: "checkpoint"; readonly object: string; readonly state: Json }
  | { readonly type: "end"; readonly object: string };

/** An opened reader. Calls do not overlap, except that `close` may come at any time and ends the others. */
export interface ReaderInstance {
  check(signal: AbortSignal): Promise<ConnectionTestResult>;
  discover(signal: AbortSignal): Promise<DiscoveryResult>;
  /** Number of records `extract` would yield, or null where the source cannot tell. */
  estimate(request: ExtractRequest, signal: AbortSignal): Promise<number | null>;
  extract(request: ExtractRequest, signal: AbortSignal): AsyncIterable<ReaderEvent>;
  /**
   * Divides objects into partitions: together they hold every record of the object, and each record once. An object
   * that is not divided is left out. Readers whose spec says `partitions` answer it; they also read a divided object
   * whole, with the position `{ partitions: { <id>: <position> } }`.
   */
  partitions?(request: PartitionsRequest, signal: AbortSignal): Promise<readonly ReaderPartition[]>;
  close(): Promise<void>;
}

/** One batch for a writer. */
export interface WriteRequest {
  readonly data: BatchData;
  readonly schema: TableSchema;
  /**
   * Number of files this object has had so far, over all runs; unique file names may be built from it. After a failure
   * it comes again, so a name that must also differ from those of a failed attempt holds the token as well.
   */
  readonly fileCounter: number;
  /** Token of the commit that this batch will be part of; no other attempt at this commit has it. */
  readonly token: string;
}

/** Staged files to make visible. */
export interface CommitRequest {
  readonly files: readonly FileMetadata[];
  /**
   * Unique to this commit; the same token may come again after a crash, or while a call whose answer was lost is still
   * at it, and must have the effect of once.
   */
  readonly token: string;
  /** Whether the object was read to its end; `replace` takes effect here. */
  readonly final: boolean;
  readonly schema: TableSchema;
}

/** What to discard: the files given, or all that the run staged and did not commit. */
export type AbortRequest =
  | { readonly scope: "files"; readonly files: readonly FileMetadata[]; readonly token: string }
  | { readonly scope: "run"; readonly runId: string };

/** An opened writer, for one object. Calls do not overlap. */
export interface WriterInstance {
  check(signal: AbortSignal): Promise<ConnectionTestResult>;
  write(request: WriteRequest, signal: AbortSignal): Promise<WriteResult>;
  /** Makes everything written since the last commit durable in staging, and returns what `write` did not yet report. */
  flush(token: string, signal: AbortSignal): Promise<WriteResult>;
  commit(request: CommitRequest, signal: AbortSignal): Promise<CommitResult>;
  abort(request: AbortRequest, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A loaded plugin, whatever its language and wherever it runs. */
export interface Plugin {
  readonly spec: PluginSpec;
  openReader(open: ReaderOpen): Promise<ReaderInstance>;
  openWriter(open: WriterOpen): Promise<WriterInstance>;
  /**
   * Reader in a function that holds the job's writer too: reads and stages there, so that records do not come out.
   * Checkpoints carry commits that the function prepared, batches the dead letters of the commits after them, and an
   * `end` says that an object was read to its end; whoever asked keeps the books, and makes the commits.
   */
  transfer?(open: TransferOpen, signal: AbortSignal): AsyncIterable<ReaderEvent>;
  /** Ends the host of the plugin, such as its child process. */
  close(): Promise<void>;
}

/**
 * Key under which an export carries its plugin: `defineReader` and `defineWriter` results, and classes that
 * extend `BaseReader` or `BaseWriter`. It is a registered symbol, so duplicate installs agree on it.
 */
export const PLUGIN: unique symbol = Symbol.for("dativo.plugin") as never;

/** An export that a runtime can load. */
export interface PluginExport {
  readonly [PLUGIN]: Omit<Plugin, "close">;
}

/** A plugin as a job file names it: `path:Name`, split at the last colon. */
export interface PluginReference {
  /** As written in the job file. */
  readonly text: string;
  /** Path or package before the last colon. */
  readonly location: string;
  /** Export after the last colon. */
  readonly exportName: string;
}

/** Where and within what limits a plugin runs. */
export interface Placement {
  readonly kind: "in_process" | "child_process" | "cloud";
  /** Seconds one call may take without yielding anything. @default 300 */
  readonly callTimeoutSeconds?: number;
  /** Python plugins: the interpreter, as the job names it; a path starts at the project root. */
  readonly python?: string;
  /** Child process: megabytes its heap may grow to. */
  readonly memoryLimitMb?: number;
  /** Child process: names of environment variables it may see, beside PATH, HOME, TZ, LANG and the like. */
  readonly environmentAllowList?: readonly string[];
  /** Cloud: the function that it runs in. */
  readonly cloud?: CloudExecution;
}

/** What one invocation of a cloud function took. */
export interface InvocationUsage {
  /** Name of the function. */
  readonly function: string;
  /** Milliseconds that the provider bills, when it said so. */
  readonly billedMilliseconds?: number;
  /** Milliseconds from the request to the end of the answer, as they were measured here. */
  readonly elapsedMilliseconds: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** A language host. The engine is handed runtimes and never imports one. */
export interface PluginRuntime {
  readonly name: string;
  /** Where it runs plugins. @default ["in_process", "child_process"] */
  readonly placements?: readonly Placement["kind"][];
  /** Says whether this runtime loads such a reference, by its suffix or form. */
  handles(reference: PluginReference): boolean;
  /** @throws DativoError `PLUGIN_NOT_FOUND`, `PLUGIN_LOAD_FAILED`, `PLUGIN_EXPORT_NOT_FOUND`, `PLUGIN_INVALID`, `PLUGIN_VERSION_INCOMPATIBLE` */
  load(
    reference: PluginReference,
    options: {
      readonly projectRoot: string;
      /** Folders a relative location is tried against, in order. */
      readonly searchPaths: readonly string[];
      readonly placement: Placement;
      /** Unique name of the job's state, which keeps what is deployed for jobs apart. */
      readonly jobKey?: string;
      /** What the plugin is to be used as, for files that hold a reader and a writer and do not say which is meant. */
      readonly kind?: PluginSpec["kind"];
      /** Cloud: the job's other plugin, when both run in one function. */
      readonly partner?:
        | { readonly kind: PluginSpec["kind"]; readonly reference: PluginReference }
        | undefined;
      readonly redactor: Redactor;
      readonly log: (record: LogRecord) => void;
      /** Told of each invocation of a cloud function that the plugin takes. */
      readonly onInvocation?: ((usage: InvocationUsage) => void) | undefined;
    },
  ): Promise<Plugin>;
}
