/** What `check` answers. */
export interface ConnectionTestResult {
  /** Whether the source or target can be used with this configuration. */
  readonly success: boolean;
  /** One sentence for the person who ran the check. */
  readonly message: string;
  /** A stable code such as AUTH_FAILED or NETWORK_ERROR. */
  readonly errorCode?: string | undefined;
  /** The name of `errorCode` in code ported from Python. */
  readonly error_code?: string | undefined;
  /** Facts worth showing, such as a server version. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** One column of a discovered object. */
export interface DiscoveredColumn {
  readonly name: string;
  /** A field type as text, such as `integer`, `decimal(10,2)` or `list<string>`. */
  readonly type: string;
  readonly required?: boolean | undefined;
  readonly description?: string | undefined;
}

/** One object that reading accepts. */
export interface DiscoveredObject {
  readonly name: string;
  /** What kind of object it is: table, file, endpoint … @default "object" */
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly columns?: readonly DiscoveredColumn[] | undefined;
  /** Columns that identify a record. */
  readonly key?: readonly string[] | undefined;
  /** Column that incremental reading follows. */
  readonly cursor?: string | undefined;
}

/** What `discover` answers. */
export interface DiscoveryResult {
  readonly objects: readonly DiscoveredObject[];
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What a writer says of one thing it staged: a file, a table part, a receipt. Further keys are handed to `commit`. */
export interface FileMetadata {
  /** Where the records are, or the receipt that names them. */
  readonly path: string;
  readonly sizeBytes?: number | undefined;
  /** Records in it; files that leave it out share what the others do not account for. */
  readonly recordCount?: number | undefined;
  readonly [key: string]: unknown;
}

/** A record that a writer could not store. */
export interface RejectedRecord {
  /** Position of the record in the batch. */
  readonly index: number;
  readonly reason: string;
  /** Where in the record, such as `address.zip`. */
  readonly path?: string | undefined;
  readonly expected?: string | undefined;
  /** What was there, shortened; never a secret. */
  readonly got?: string | undefined;
}

/** What `write` answers. */
export interface WriteResult {
  readonly files: readonly FileMetadata[];
  readonly rejected?: readonly RejectedRecord[] | undefined;
}

/** What `commit` answers. */
export interface CommitResult {
  /** `success`, or a word for what happened instead; anything else fails the run. @default "success" */
  readonly status?: string | undefined;
  /** @default the number of files committed */
  readonly filesAdded?: number | undefined;
  /** Records in the target that came with these files. @default the sum over the files */
  readonly totalRecords?: number | undefined;
  readonly [key: string]: unknown;
}
