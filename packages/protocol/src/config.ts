import type { TableSchema } from "./field-type.js";
import type { Json, JsonObject } from "./json.js";

/** The `source` of a job as a reader plugin receives it, secrets and variables resolved. */
export interface SourceConfig {
  readonly type: string;
  readonly connection: JsonObject;
  readonly credentials: JsonObject;
  readonly objects: readonly string[];
  readonly files: readonly JsonObject[];
  readonly tables: readonly JsonObject[];
  readonly sheets: readonly JsonObject[];
  readonly incremental: JsonObject;
  readonly engine: JsonObject;
  readonly rateLimits: JsonObject;
  readonly dsn?: string;
  readonly description?: string;
}

/** The `target` of a job as a writer plugin receives it, secrets and variables resolved. */
export interface TargetConfig {
  readonly type: string;
  readonly connection: JsonObject;
  readonly credentials: JsonObject;
  readonly engine: JsonObject;
  readonly fileFormat?: string;
  readonly partitioning: readonly string[];
  readonly mode: WriteMode;
  /** Columns that identify a record for `merge`; the object's own key when the job names none. */
  readonly key?: readonly string[];
  /** Size a file should have, in megabytes (10^6 bytes). */
  readonly parquetTargetSizeMb?: number;
  /** Every other key of the target, as written. */
  readonly extra: { readonly [key: string]: Json };
}

/** What a commit does to records that are already in the target. */
export type WriteMode = "append" | "replace" | "merge";

/** What an asset definition (ODCS 3.0.2, flat or nested) says, as a writer plugin receives it. */
export interface AssetDefinition {
  readonly name: string;
  readonly version: string;
  readonly sourceType?: string;
  readonly object?: string;
  readonly schema?: TableSchema;
  readonly description?: string;
  readonly tags?: readonly string[];
  /** Every other key of the definition, as written. */
  readonly extra: JsonObject;
}
