import type {
  AssetDefinition,
  LogLevel,
  Placement,
  PluginReference,
  Redactor,
  SourceConfig,
  TargetConfig,
  WriteMode,
} from "@dativo/protocol";

/** What a run does with a record that does not match the schema. */
export type ValidationMode = "strict" | "warn";

/** How many rejected records a run may have before it fails. */
export interface ErrorBudget {
  /** Rejected records of the whole run; Infinity when the job sets no bound. */
  readonly maxRecords: number;
  /** Rejected records divided by records read, 0 to 1; 1 when the job sets no bound. */
  readonly maxRatio: number;
}

/** When a checkpoint that the reader offers becomes a commit: at the first bound reached. */
export interface CheckpointPolicy {
  /** Records since the last commit. @default Infinity */
  readonly maxRecords: number;
  /** Bytes since the last commit. @default 67108864 (64 MiB) */
  readonly maxBytes: number;
  /** Seconds since the last commit. @default 30 */
  readonly maxSeconds: number;
}

/** How a retryable failure is retried within a run. */
export interface RetryPolicy {
  /** Attempts after the first one; progress resets the count. @default 3 */
  readonly maxRetries: number;
  /** @default 5 */
  readonly initialDelaySeconds: number;
  /** @default 2 */
  readonly backoffMultiplier: number;
  /** @default 300 */
  readonly maxDelaySeconds: number;
}

/** What the job says about log records. */
export interface JobLogging {
  /** Least severe level that is logged. @default "info" */
  readonly level: LogLevel;
}

/** The reading side of a job. */
export interface ResolvedSource {
  readonly config: SourceConfig;
  /** The plugin to load; absent for a built-in reader, which `config.type` names. */
  readonly customReader?: PluginReference;
  readonly placement: Placement;
}

/** The writing side of a job. */
export interface ResolvedTarget {
  readonly config: TargetConfig;
  /** The plugin to load; absent for a built-in writer, which `config.type` names. */
  readonly customWriter?: PluginReference;
  readonly placement: Placement;
  /** Absolute folder, or address with a scheme, of `connection.path`. @default "data" in the project folder */
  readonly outputBase: string;
}

/** Something worth telling about a job that is valid. */
export interface JobWarning {
  /** `not_acted_on`: the existing platform reads this key, and this engine does nothing with it. */
  readonly kind: "not_acted_on" | "asset" | "job";
  /** Key path such as `target.catalog`. */
  readonly key: string;
  /** As the user named it, relative to where they are when it is below. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** A job file that was read, checked, expanded and completed with defaults. */
export interface ResolvedJob {
  /** Absolute path of the job file. */
  readonly file: string;
  /** Absolute folder that relative paths start at and that holds `.dativo`. */
  readonly projectRoot: string;
  /** Absolute folder of state, locks and runs: `.dativo` in the project, or `STATE_DIR`. */
  readonly stateDir: string;
  /** Key `name`, else the path below the project folder without its extension. */
  readonly name: string;
  /** Unique name of the job's state: `tenant/environment/name`, with `-` for what the job does not name. */
  readonly key: string;
  readonly tenantId?: string;
  readonly environment?: string;
  readonly description?: string;
  /** Folders that a relative plugin path is tried against, in order. */
  readonly searchPaths: readonly string[];
  readonly source: ResolvedSource;
  readonly target: ResolvedTarget;
  readonly asset?: AssetDefinition;
  /** `target.mode` when the job sets it; otherwise the plan decides for each object. */
  readonly mode?: WriteMode;
  readonly validationMode: ValidationMode;
  readonly errorBudget: ErrorBudget;
  readonly checkpointPolicy: CheckpointPolicy;
  readonly retryPolicy: RetryPolicy;
  readonly logging: JobLogging;
  /** Knows every secret of the job. */
  readonly redactor: Redactor;
  readonly warnings: readonly JobWarning[];
}
