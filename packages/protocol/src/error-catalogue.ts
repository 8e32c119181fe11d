/** One entry of the error catalogue. */
export interface CatalogueEntry {
  /** Class name of the existing platform, kept in `error_type`. */
  readonly type: string;
  /** Whether trying again may help. */
  readonly retryable: boolean;
  /** What it means, in one sentence. */
  readonly summary: string;
  /** What to do about it, when the error itself says nothing better. */
  readonly hint: string;
}

const entry = (type: string, retryable: boolean, summary: string, hint: string): CatalogueEntry => ({
  type,
  retryable,
  summary,
  hint,
});

/**
 * Every error code, in the only place that spells it; the reference page, the JSON catalogue and the other
 * languages' constants are generated from here. Codes are added, never renamed.
 */
export const ERROR_CATALOGUE = {
  // Codes of the existing platform.
  AUTHENTICATION_FAILED: entry(
    "AuthenticationError",
    false,
    "The source or target refused the credentials.",
    "Check the credentials of the job, and that their environment variables hold what you expect.",
  ),
  CONFIGURATION_ERROR: entry(
    "ConfigurationError",
    false,
    "A plugin cannot work with the configuration it was given.",
    "Correct the named key in the job file.",
  ),
  CONNECTION_FAILED: entry(
    "ConnectionError",
    true,
    "The source or target could not be reached.",
    "Check the address and the network, then run again.",
  ),
  DATIVO_ERROR: entry(
    "DativoError",
    false,
    "An error without a more specific code.",
    "Run again with --debug and report what it prints.",
  ),
  PLUGIN_ERROR: entry(
    "PluginError",
    false,
    "A plugin failed in a way it did not classify.",
    "Read the message; --debug shows where in the plugin it was thrown.",
  ),
  PLUGIN_VERSION_INCOMPATIBLE: entry(
    "PluginVersionError",
    false,
    "The plugin was built for another version of the contract.",
    "Upgrade whichever side the message names.",
  ),
  RATE_LIMIT_EXCEEDED: entry(
    "RateLimitError",
    true,
    "The source asked for fewer requests.",
    "Wait and run again, or lower rate_limits in the job file.",
  ),
  SANDBOX_ERROR: entry(
    "SandboxError",
    true,
    "The sandbox of a plugin could not be started or died.",
    "Read the last lines of its output in the message.",
  ),
  TRANSIENT_ERROR: entry("TransientError", true, "Something failed that usually passes.", "Run again."),
  VALIDATION_FAILED: entry(
    "ValidationError",
    false,
    "A record does not match the schema, and schema_validation_mode is strict.",
    "Mend the record at its source, correct the schema, or set schema_validation_mode: warn to set bad records aside.",
  ),
  // Configuration.
  ASSET_INVALID: entry(
    "ConfigurationError",
    false,
    "The asset definition is not valid.",
    "Correct the named key of the asset file.",
  ),
  ASSET_MISMATCH: entry(
    "ConfigurationError",
    false,
    "The asset definition and the job or source disagree.",
    "Make the asset's object and schema match what the reader delivers.",
  ),
  CONFIG_INVALID: entry(
    "ConfigurationError",
    false,
    "A value in the job file has the wrong type or form.",
    "Correct the value at the named line.",
  ),
  CONFIG_NOT_FOUND: entry(
    "ConfigurationError",
    false,
    "A file that was named does not exist.",
    "Check the path; relative paths start at the project folder.",
  ),
  CONFIG_SYNTAX: entry(
    "ConfigurationError",
    false,
    "The file is not valid YAML.",
    "Correct the syntax at the named line and column.",
  ),
  CONFIG_UNKNOWN_KEY: entry(
    "ConfigurationError",
    false,
    "The job file has a key that nothing reads.",
    "Use the suggested key, or remove it.",
  ),
  CONFIG_UNSET_VARIABLE: entry(
    "ConfigurationError",
    false,
    "A ${VAR} is not set and has no default.",
    "Set it, put it in .env, or write ${VAR:-value}.",
  ),
  SECRET_NOT_FOUND: entry(
    "ConfigurationError",
    false,
    "A secret that the job names could not be found.",
    "Create the secret where the job says it is, or correct the reference.",
  ),
  USAGE: entry("ConfigurationError", false, "The command line is not understood.", "See dativo help."),
  // Plugins.
  ABI_VIOLATION: entry(
    "PluginError",
    false,
    "A plugin broke a rule of the plugin contract.",
    "Read which rule in the message, and mend the plugin.",
  ),
  OBJECT_NOT_FOUND: entry(
    "ConfigurationError",
    false,
    "The job names an object that the source does not have.",
    "List what there is with dativo discover.",
  ),
  PLUGIN_CRASHED: entry(
    "PluginError",
    false,
    "The process of a plugin ended without finishing.",
    "Read the signal and the last lines of its output; the next run recovers.",
  ),
  PLUGIN_EXPORT_NOT_FOUND: entry(
    "PluginError",
    false,
    "The file has no export of that name.",
    "Use one of the names the message lists.",
  ),
  PLUGIN_INVALID: entry(
    "PluginError",
    false,
    "The export is not a reader or writer.",
    "Export a class that extends BaseReader or BaseWriter, or the result of defineReader or defineWriter.",
  ),
  PLUGIN_LOAD_FAILED: entry(
    "PluginError",
    false,
    "The plugin could not be loaded.",
    "Mend the error in the plugin at the place named.",
  ),
  PLUGIN_NOT_FOUND: entry(
    "ConfigurationError",
    false,
    "The plugin's file or package does not exist.",
    "Check the path before the colon; relative paths start at the project folder.",
  ),
  PLUGIN_PANICKED: entry(
    "PluginError",
    false,
    "A native plugin panicked during a call, and the panic was caught.",
    "Mend the plugin at the place that the message names; a panic is a mistake in its code.",
  ),
  PLUGIN_TIMEOUT: entry(
    "PluginError",
    true,
    "A call into a plugin did not finish in time.",
    "Raise engine.options.call_timeout_seconds, or find what the plugin waits for.",
  ),
  PLUGIN_WRONG_SHAPE: entry(
    "PluginError",
    false,
    "A plugin returned something other than the contract asks for.",
    "Return the shape that the message names.",
  ),
  // Cloud functions.
  CLOUD_CREDENTIALS_MISSING: entry(
    "AuthenticationError",
    false,
    "There are no credentials for the cloud provider, or they were refused.",
    "Sign in as the provider's own tools do: aws configure, or gcloud auth application-default login.",
  ),
  CLOUD_DEPLOY_FAILED: entry(
    "PluginError",
    false,
    "The provider refused to create or change a cloud function.",
    "Read the provider's words in the message; docs/cloud.md lists the permissions that deploying needs.",
  ),
  CLOUD_INVOCATION_FAILED: entry(
    "PluginError",
    true,
    "An invocation of a cloud function ended without an answer.",
    "Run again; it goes on at the last checkpoint. dativo cloud logs shows what the function printed.",
  ),
  CLOUD_NO_PROGRESS: entry(
    "PluginError",
    false,
    "A cloud function ended several times in a row before it reached a checkpoint.",
    "Let the reader yield positions more often, or raise timeout_seconds or memory_mb of cloud_execution.",
  ),
  CLOUD_PACKAGE_FAILED: entry(
    "PluginError",
    false,
    "A plugin could not be packaged for a cloud function.",
    "Mend what the message names; dativo cloud plan packages without deploying.",
  ),
  CLOUD_PACKAGE_TOO_LARGE: entry(
    "PluginError",
    false,
    "The package of a plugin is larger than the provider accepts.",
    "Leave out dependencies that the plugin does not need; dativo cloud plan lists the largest files.",
  ),
  CLOUD_PAYLOAD_TOO_LARGE: entry(
    "PluginError",
    false,
    "Records are too large to travel to or from a cloud function.",
    "Hand over smaller batches, or name a place that large ones travel through: cloud_execution.staging.",
  ),
  CLOUD_THROTTLED: entry(
    "RateLimitError",
    true,
    "The provider accepts no further invocation at the moment.",
    "It is tried again by itself; lower cloud_execution.max_concurrency, or ask the provider for a higher limit.",
  ),
  // Reading.
  CURSOR_BOUNDARY_TOO_LARGE: entry(
    "PluginError",
    false,
    "More records share one cursor value than a position can remember.",
    "Give the object a key so that the target merges records read again, follow a finer cursor, or raise boundaryBytes.",
  ),
  CURSOR_OUT_OF_ORDER: entry(
    "PluginError",
    false,
    "Records came in another order than the reader declared.",
    'Sort by the cursor at the source, or declare order: "unsorted".',
  ),
  HTTP_ERROR: entry(
    "ConnectionError",
    false,
    "The server answered with an error status.",
    "Read the status and the start of the answer in the message.",
  ),
  PAGE_LIMIT_REACHED: entry(
    "PluginError",
    false,
    "A reader asked for more pages than it may.",
    "Raise max_pages if the source really has that many.",
  ),
  PAGE_REPEATED: entry(
    "PluginError",
    false,
    "The source returned the same page again, so reading would never end.",
    "Check that the page parameter or cursor is sent and advances.",
  ),
  POSITION_INVALID: entry(
    "ConfigurationError",
    false,
    "The position an object was left at does not fit how the plugin reads it now.",
    "Start the object over with dativo state reset.",
  ),
  SOURCE_NOT_ADVANCING: entry(
    "PluginError",
    false,
    "The source keeps returning the same batch.",
    "Return null or an empty array at the end, or run with --limit.",
  ),
  SOURCE_UNREADABLE: entry(
    "ConnectionError",
    false,
    "A source file could not be read.",
    "Check that it exists, is readable and is of the format named.",
  ),
  TYPE_UNSUPPORTED: entry(
    "ValidationError",
    false,
    "A column of the source is of a type that has no counterpart among the field types.",
    "Cast the column where the data is produced, for example to text.",
  ),
  UNEXPECTED_END: entry(
    "PluginError",
    true,
    "A stream of records ended without saying that it is complete.",
    "Run again; it goes on at the last checkpoint.",
  ),
  // Writing.
  COMMIT_FAILED: entry(
    "PluginError",
    true,
    "The target could not make staged records visible.",
    "Run again; the open commit is finished or undone first.",
  ),
  COERCION_LOSSY: entry(
    "ValidationError",
    false,
    "A value would lose information in the type of its column.",
    "Widen the type in the schema.",
  ),
  DUCKDB_ERROR: entry("DativoError", false, "The embedded DuckDB reported an error.", "Read its message."),
  TARGET_FULL: entry(
    "ConnectionError",
    true,
    "The target has no space left.",
    "Free some space and run again; nothing that was committed is lost.",
  ),
  TARGET_SCHEMA_CONFLICT: entry(
    "ConfigurationError",
    false,
    "The target already holds data of another schema.",
    "Write to another place, migrate the target, or use mode: replace.",
  ),
  TARGET_UNWRITABLE: entry(
    "ConnectionError",
    false,
    "The target cannot be written to.",
    "Check its permissions and that its disk is not read-only.",
  ),
  WRITER_MISCOUNTED: entry(
    "PluginError",
    false,
    "A writer reported other record counts than it was given.",
    "Return file metadata whose record_count adds up, and list rejected records.",
  ),
  // Running.
  BOOKS_UNBALANCED: entry(
    "DativoError",
    false,
    "Records read do not equal records written, filtered, deduplicated and rejected.",
    "This is a defect of a plugin or of the engine; the report says which object.",
  ),
  ERROR_BUDGET_EXCEEDED: entry(
    "ValidationError",
    false,
    "More records were rejected than the job allows.",
    "See the dead letters; raise error_budget or mend the source.",
  ),
  INTERRUPTED: entry(
    "DativoError",
    true,
    "The run was interrupted.",
    "Run again; it goes on at the last checkpoint.",
  ),
  INTERNAL: entry(
    "DativoError",
    false,
    "A defect in Dativo itself.",
    "Report it with the output of --debug.",
  ),
  JOB_LOCKED: entry(
    "DativoError",
    true,
    "Another run of this job is under way.",
    "Wait for it, or end the process the message names.",
  ),
  WORKER_LOST: entry(
    "DativoError",
    true,
    "A process that ran a part of a run ended before the part did.",
    "Nothing is lost: run the job again, and it goes on at the last checkpoint. Read the signal and the last lines of its output.",
  ),
  COORDINATOR_UNAVAILABLE: entry(
    "DativoError",
    true,
    "The server that coordinates the parts of a run does not answer, or refuses to.",
    "Start it, or check the address of --restate-url; without --coordinator the run needs no server.",
  ),
  JOURNAL_CORRUPT: entry(
    "DativoError",
    false,
    "The journal of a run cannot be read.",
    "The message names the file and line; dativo runs show lists what was committed.",
  ),
  RUN_NOT_FOUND: entry(
    "ConfigurationError",
    false,
    "There is no run of that name.",
    "List the runs with dativo runs list.",
  ),
  RUN_UNFINISHED: entry(
    "DativoError",
    false,
    "An unfinished run of this job stands in the way.",
    "Run the job again to finish it, or forget it with dativo state reset.",
  ),
  STATE_CORRUPT: entry(
    "DativoError",
    false,
    "The state file of the job cannot be read.",
    "Restore it from the copy named in the message, or start over with dativo state reset.",
  ),
  STATE_VERSION_NEWER: entry(
    "DativoError",
    false,
    "The state was written by a newer version of Dativo.",
    "Upgrade Dativo, or start over with dativo state reset.",
  ),
  UNKNOWN_ERROR: entry(
    "DativoError",
    false,
    "Something was thrown that carries no code.",
    "Run again with --debug.",
  ),
} as const satisfies Record<string, CatalogueEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE;
