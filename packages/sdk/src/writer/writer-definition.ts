import type {
  AssetDefinition,
  BatchData,
  BatchForm,
  Row,
  TableSchema,
  TargetConfig,
  WriteMode,
} from "@dativo/protocol";
import type { ConfigOf, ConfigParts } from "../config/config-parts.js";
import type { PluginServices } from "../host/plugin-services.js";
import type {
  CommitResult,
  ConnectionTestResult,
  FileMetadata,
  WriteResult,
} from "../results/author-results.js";

type MaybePromise<T> = T | Promise<T>;

// biome-ignore lint/suspicious/noConfusingVoidType: a commit with nothing to say may be a call of a void function
type CommitAnswer = CommitResult | undefined | void;

/** What `open` of a writer is given; a writer is opened once for each object. */
export interface OpenWriterContext<Parts> extends PluginServices {
  readonly config: ConfigOf<Parts>;
  /** The whole `target` of the job, as written. */
  readonly target: TargetConfig;
  readonly asset: AssetDefinition;
  /** Name of the object that is written. */
  readonly object: string;
  readonly mode: WriteMode;
  /** Absolute folder or address that `target.connection.path` names. */
  readonly outputBase: string;
  /** Aborted when the run is cancelled or the writer closed. */
  readonly signal: AbortSignal;
}

/** What every operation of a writer is given. */
export interface WriterContext<Parts, Client> extends OpenWriterContext<Parts> {
  readonly client: Client;
}

/** A batch to write. */
export interface WriterBatch {
  /** The records as objects. @throws DativoError `ABI_VIOLATION` unless `accepts` has "rows" */
  rows(): readonly Row[];
  /** The records in one of the forms that `accepts` lists. */
  readonly data: BatchData;
  readonly schema: TableSchema;
  readonly object: string;
  /** Records in it; undefined for a query whose source does not know. */
  readonly recordCount: number | undefined;
}

/** What `write` is given. */
export interface WriteContext<Parts, Client> extends WriterContext<Parts, Client> {
  readonly batch: WriterBatch;
  /** Number of files this object has had so far, over all runs; unique file names may be built from it. */
  readonly fileCounter: number;
  /** Token of the commit that this batch will be part of. */
  readonly token: string;
}

/** What `flush` is given. */
export interface FlushContext<Parts, Client> extends WriterContext<Parts, Client> {
  readonly token: string;
}

/** What `commit` is given. */
export interface CommitContext<Parts, Client> extends WriterContext<Parts, Client> {
  /** What `write` and `flush` returned, further members included. */
  readonly files: readonly FileMetadata[];
  /** Unique to this commit; the same token may come again after a crash and must have the effect of once. */
  readonly token: string;
  /** Whether the object was read to its end; `replace` takes effect here. */
  readonly final: boolean;
  readonly schema: TableSchema;
}

/** What `abort` is given. */
export interface AbortContext<Parts, Client> extends WriterContext<Parts, Client> {
  /** `files`: those given; `run`: all that the run staged and did not commit, which only the writer can find. */
  readonly scope: "files" | "run";
  readonly files: readonly FileMetadata[];
  /** Token of the commit that is given up; with scope `files`. */
  readonly token: string | undefined;
  /** The run whose staged records are discarded; with scope `run`. */
  readonly runId: string | undefined;
}

/** What `defineWriter` is given. */
export interface WriterDefinition<Parts extends ConfigParts, Client> {
  readonly name: string;
  /** The plugin's own version. @default "0.0.0" */
  readonly version?: string;
  readonly description?: string;
  /** Schemas of what the writer takes from the job file. */
  readonly config?: Parts;
  /** The modes the writer knows. @default ["append"] */
  readonly modes?: readonly WriteMode[];
  /** The forms of batch it takes, best first; the engine converts. @default ["rows"] */
  readonly accepts?: readonly BatchForm[];
  /** Whether committing twice with one token has the effect of once. @default false */
  readonly idempotentCommit?: boolean;
  /** Whether only one process at a time can have the target open, as with a database file. @default false */
  readonly singleProcess?: boolean;
  /** Makes the client, at first use. It is closed by `Symbol.asyncDispose`, `Symbol.dispose` or `close()`. */
  readonly open?: (context: OpenWriterContext<Parts>) => MaybePromise<Client>;
  /** Tests the connection; without it the check is `unknown`. What it throws is a failed check. */
  readonly check?: (context: WriterContext<Parts, NoInfer<Client>>) => MaybePromise<ConnectionTestResult>;
  /**
   * Stages a batch where no reader of the target sees it.
   *
   * Record counts of the files and rejected records add up to the batch, unless the writer has a `flush` that
   * reports what was kept back.
   */
  readonly write: (
    context: WriteContext<Parts, NoInfer<Client>>,
  ) => MaybePromise<WriteResult | readonly FileMetadata[]>;
  /** Makes everything written since the last commit durable in staging, and returns what `write` did not yet report. */
  readonly flush?: (
    context: FlushContext<Parts, NoInfer<Client>>,
  ) => MaybePromise<WriteResult | readonly FileMetadata[]>;
  /** Makes staged files visible; once per token, however often it is called. */
  readonly commit: (context: CommitContext<Parts, NoInfer<Client>>) => MaybePromise<CommitAnswer>;
  /** Discards what was staged and not committed. */
  readonly abort: (context: AbortContext<Parts, NoInfer<Client>>) => MaybePromise<unknown>;
}
