//! Codes of errors: the catalogue that all languages share.

// Generated from packages/protocol/schemas/errors.json by scripts/generate-crate.mjs; npm run generate refreshes it.

/// The source or target refused the credentials.
pub const AUTHENTICATION_FAILED: &str = "AUTHENTICATION_FAILED";
/// A plugin cannot work with the configuration it was given.
pub const CONFIGURATION_ERROR: &str = "CONFIGURATION_ERROR";
/// The source or target could not be reached.
pub const CONNECTION_FAILED: &str = "CONNECTION_FAILED";
/// An error without a more specific code.
pub const DATIVO_ERROR: &str = "DATIVO_ERROR";
/// A plugin failed in a way it did not classify.
pub const PLUGIN_ERROR: &str = "PLUGIN_ERROR";
/// The plugin was built for another version of the contract.
pub const PLUGIN_VERSION_INCOMPATIBLE: &str = "PLUGIN_VERSION_INCOMPATIBLE";
/// The source asked for fewer requests.
pub const RATE_LIMIT_EXCEEDED: &str = "RATE_LIMIT_EXCEEDED";
/// The sandbox of a plugin could not be started or died.
pub const SANDBOX_ERROR: &str = "SANDBOX_ERROR";
/// Something failed that usually passes.
pub const TRANSIENT_ERROR: &str = "TRANSIENT_ERROR";
/// A record does not match the schema, and schema_validation_mode is strict.
pub const VALIDATION_FAILED: &str = "VALIDATION_FAILED";
/// The asset definition is not valid.
pub const ASSET_INVALID: &str = "ASSET_INVALID";
/// The asset definition and the job or source disagree.
pub const ASSET_MISMATCH: &str = "ASSET_MISMATCH";
/// A value in the job file has the wrong type or form.
pub const CONFIG_INVALID: &str = "CONFIG_INVALID";
/// A file that was named does not exist.
pub const CONFIG_NOT_FOUND: &str = "CONFIG_NOT_FOUND";
/// The file is not valid YAML.
pub const CONFIG_SYNTAX: &str = "CONFIG_SYNTAX";
/// The job file has a key that nothing reads.
pub const CONFIG_UNKNOWN_KEY: &str = "CONFIG_UNKNOWN_KEY";
/// A ${VAR} is not set and has no default.
pub const CONFIG_UNSET_VARIABLE: &str = "CONFIG_UNSET_VARIABLE";
/// A secret that the job names could not be found.
pub const SECRET_NOT_FOUND: &str = "SECRET_NOT_FOUND";
/// The command line is not understood.
pub const USAGE: &str = "USAGE";
/// A plugin broke a rule of the plugin contract.
pub const ABI_VIOLATION: &str = "ABI_VIOLATION";
/// The job names an object that the source does not have.
pub const OBJECT_NOT_FOUND: &str = "OBJECT_NOT_FOUND";
/// The process of a plugin ended without finishing.
pub const PLUGIN_CRASHED: &str = "PLUGIN_CRASHED";
/// The file has no export of that name.
pub const PLUGIN_EXPORT_NOT_FOUND: &str = "PLUGIN_EXPORT_NOT_FOUND";
/// The export is not a reader or writer.
pub const PLUGIN_INVALID: &str = "PLUGIN_INVALID";
/// The plugin could not be loaded.
pub const PLUGIN_LOAD_FAILED: &str = "PLUGIN_LOAD_FAILED";
/// The plugin's file or package does not exist.
pub const PLUGIN_NOT_FOUND: &str = "PLUGIN_NOT_FOUND";
/// A native plugin panicked during a call, and the panic was caught.
pub const PLUGIN_PANICKED: &str = "PLUGIN_PANICKED";
/// A call into a plugin did not finish in time.
pub const PLUGIN_TIMEOUT: &str = "PLUGIN_TIMEOUT";
/// A plugin returned something other than the contract asks for.
pub const PLUGIN_WRONG_SHAPE: &str = "PLUGIN_WRONG_SHAPE";
/// There are no credentials for the cloud provider, or they were refused.
pub const CLOUD_CREDENTIALS_MISSING: &str = "CLOUD_CREDENTIALS_MISSING";
/// The provider refused to create or change a cloud function.
pub const CLOUD_DEPLOY_FAILED: &str = "CLOUD_DEPLOY_FAILED";
/// An invocation of a cloud function ended without an answer.
pub const CLOUD_INVOCATION_FAILED: &str = "CLOUD_INVOCATION_FAILED";
/// A cloud function ended several times in a row before it reached a checkpoint.
pub const CLOUD_NO_PROGRESS: &str = "CLOUD_NO_PROGRESS";
/// A plugin could not be packaged for a cloud function.
pub const CLOUD_PACKAGE_FAILED: &str = "CLOUD_PACKAGE_FAILED";
/// The package of a plugin is larger than the provider accepts.
pub const CLOUD_PACKAGE_TOO_LARGE: &str = "CLOUD_PACKAGE_TOO_LARGE";
/// Records are too large to travel to or from a cloud function.
pub const CLOUD_PAYLOAD_TOO_LARGE: &str = "CLOUD_PAYLOAD_TOO_LARGE";
/// The provider accepts no further invocation at the moment.
pub const CLOUD_THROTTLED: &str = "CLOUD_THROTTLED";
/// More records share one cursor value than a position can remember.
pub const CURSOR_BOUNDARY_TOO_LARGE: &str = "CURSOR_BOUNDARY_TOO_LARGE";
/// Records came in another order than the reader declared.
pub const CURSOR_OUT_OF_ORDER: &str = "CURSOR_OUT_OF_ORDER";
/// The server answered with an error status.
pub const HTTP_ERROR: &str = "HTTP_ERROR";
/// A reader asked for more pages than it may.
pub const PAGE_LIMIT_REACHED: &str = "PAGE_LIMIT_REACHED";
/// The source returned the same page again, so reading would never end.
pub const PAGE_REPEATED: &str = "PAGE_REPEATED";
/// The position an object was left at does not fit how the plugin reads it now.
pub const POSITION_INVALID: &str = "POSITION_INVALID";
/// The source keeps returning the same batch.
pub const SOURCE_NOT_ADVANCING: &str = "SOURCE_NOT_ADVANCING";
/// A source file could not be read.
pub const SOURCE_UNREADABLE: &str = "SOURCE_UNREADABLE";
/// A column of the source is of a type that has no counterpart among the field types.
pub const TYPE_UNSUPPORTED: &str = "TYPE_UNSUPPORTED";
/// A stream of records ended without saying that it is complete.
pub const UNEXPECTED_END: &str = "UNEXPECTED_END";
/// The target could not make staged records visible.
pub const COMMIT_FAILED: &str = "COMMIT_FAILED";
/// A value would lose information in the type of its column.
pub const COERCION_LOSSY: &str = "COERCION_LOSSY";
/// The embedded DuckDB reported an error.
pub const DUCKDB_ERROR: &str = "DUCKDB_ERROR";
/// The target has no space left.
pub const TARGET_FULL: &str = "TARGET_FULL";
/// The target already holds data of another schema.
pub const TARGET_SCHEMA_CONFLICT: &str = "TARGET_SCHEMA_CONFLICT";
/// The target cannot be written to.
pub const TARGET_UNWRITABLE: &str = "TARGET_UNWRITABLE";
/// A writer reported other record counts than it was given.
pub const WRITER_MISCOUNTED: &str = "WRITER_MISCOUNTED";
/// Records read do not equal records written, filtered, deduplicated and rejected.
pub const BOOKS_UNBALANCED: &str = "BOOKS_UNBALANCED";
/// More records were rejected than the job allows.
pub const ERROR_BUDGET_EXCEEDED: &str = "ERROR_BUDGET_EXCEEDED";
/// The run was interrupted.
pub const INTERRUPTED: &str = "INTERRUPTED";
/// A defect in Dativo itself.
pub const INTERNAL: &str = "INTERNAL";
/// Another run of this job is under way.
pub const JOB_LOCKED: &str = "JOB_LOCKED";
/// A process that ran a part of a run ended before the part did.
pub const WORKER_LOST: &str = "WORKER_LOST";
/// The server that coordinates the parts of a run does not answer, or refuses to.
pub const COORDINATOR_UNAVAILABLE: &str = "COORDINATOR_UNAVAILABLE";
/// The journal of a run cannot be read.
pub const JOURNAL_CORRUPT: &str = "JOURNAL_CORRUPT";
/// There is no run of that name.
pub const RUN_NOT_FOUND: &str = "RUN_NOT_FOUND";
/// An unfinished run of this job stands in the way.
pub const RUN_UNFINISHED: &str = "RUN_UNFINISHED";
/// The state file of the job cannot be read.
pub const STATE_CORRUPT: &str = "STATE_CORRUPT";
/// The state was written by a newer version of Dativo.
pub const STATE_VERSION_NEWER: &str = "STATE_VERSION_NEWER";
/// Something was thrown that carries no code.
pub const UNKNOWN_ERROR: &str = "UNKNOWN_ERROR";

/// One entry of the catalogue.
pub(crate) struct Entry {
    pub(crate) code: &'static str,
    pub(crate) error_type: &'static str,
    pub(crate) retryable: bool,
    pub(crate) hint: &'static str,
}

#[rustfmt::skip]
pub(crate) const CATALOGUE: &[Entry] = &[
    Entry { code: AUTHENTICATION_FAILED, error_type: "AuthenticationError", retryable: false, hint: "Check the credentials of the job, and that their environment variables hold what you expect." },
    Entry { code: CONFIGURATION_ERROR, error_type: "ConfigurationError", retryable: false, hint: "Correct the named key in the job file." },
    Entry { code: CONNECTION_FAILED, error_type: "ConnectionError", retryable: true, hint: "Check the address and the network, then run again." },
    Entry { code: DATIVO_ERROR, error_type: "DativoError", retryable: false, hint: "Run again with --debug and report what it prints." },
    Entry { code: PLUGIN_ERROR, error_type: "PluginError", retryable: false, hint: "Read the message; --debug shows where in the plugin it was thrown." },
    Entry { code: PLUGIN_VERSION_INCOMPATIBLE, error_type: "PluginVersionError", retryable: false, hint: "Upgrade whichever side the message names." },
    Entry { code: RATE_LIMIT_EXCEEDED, error_type: "RateLimitError", retryable: true, hint: "Wait and run again, or lower rate_limits in the job file." },
    Entry { code: SANDBOX_ERROR, error_type: "SandboxError", retryable: true, hint: "Read the last lines of its output in the message." },
    Entry { code: TRANSIENT_ERROR, error_type: "TransientError", retryable: true, hint: "Run again." },
    Entry { code: VALIDATION_FAILED, error_type: "ValidationError", retryable: false, hint: "Mend the record at its source, correct the schema, or set schema_validation_mode: warn to set bad records aside." },
    Entry { code: ASSET_INVALID, error_type: "ConfigurationError", retryable: false, hint: "Correct the named key of the asset file." },
    Entry { code: ASSET_MISMATCH, error_type: "ConfigurationError", retryable: false, hint: "Make the asset's object and schema match what the reader delivers." },
    Entry { code: CONFIG_INVALID, error_type: "ConfigurationError", retryable: false, hint: "Correct the value at the named line." },
    Entry { code: CONFIG_NOT_FOUND, error_type: "ConfigurationError", retryable: false, hint: "Check the path; relative paths start at the project folder." },
    Entry { code: CONFIG_SYNTAX, error_type: "ConfigurationError", retryable: false, hint: "Correct the syntax at the named line and column." },
    Entry { code: CONFIG_UNKNOWN_KEY, error_type: "ConfigurationError", retryable: false, hint: "Use the suggested key, or remove it." },
    Entry { code: CONFIG_UNSET_VARIABLE, error_type: "ConfigurationError", retryable: false, hint: "Set it, put it in .env, or write ${VAR:-value}." },
    Entry { code: SECRET_NOT_FOUND, error_type: "ConfigurationError", retryable: false, hint: "Create the secret where the job says it is, or correct the reference." },
    Entry { code: USAGE, error_type: "ConfigurationError", retryable: false, hint: "See dativo help." },
    Entry { code: ABI_VIOLATION, error_type: "PluginError", retryable: false, hint: "Read which rule in the message, and mend the plugin." },
    Entry { code: OBJECT_NOT_FOUND, error_type: "ConfigurationError", retryable: false, hint: "List what there is with dativo discover." },
    Entry { code: PLUGIN_CRASHED, error_type: "PluginError", retryable: false, hint: "Read the signal and the last lines of its output; the next run recovers." },
    Entry { code: PLUGIN_EXPORT_NOT_FOUND, error_type: "PluginError", retryable: false, hint: "Use one of the names the message lists." },
    Entry { code: PLUGIN_INVALID, error_type: "PluginError", retryable: false, hint: "Export a class that extends BaseReader or BaseWriter, or the result of defineReader or defineWriter." },
    Entry { code: PLUGIN_LOAD_FAILED, error_type: "PluginError", retryable: false, hint: "Mend the error in the plugin at the place named." },
    Entry { code: PLUGIN_NOT_FOUND, error_type: "ConfigurationError", retryable: false, hint: "Check the path before the colon; relative paths start at the project folder." },
    Entry { code: PLUGIN_PANICKED, error_type: "PluginError", retryable: false, hint: "Mend the plugin at the place that the message names; a panic is a mistake in its code." },
    Entry { code: PLUGIN_TIMEOUT, error_type: "PluginError", retryable: true, hint: "Raise engine.options.call_timeout_seconds, or find what the plugin waits for." },
    Entry { code: PLUGIN_WRONG_SHAPE, error_type: "PluginError", retryable: false, hint: "Return the shape that the message names." },
    Entry { code: CLOUD_CREDENTIALS_MISSING, error_type: "AuthenticationError", retryable: false, hint: "Sign in as the provider's own tools do: aws configure, or gcloud auth application-default login." },
    Entry { code: CLOUD_DEPLOY_FAILED, error_type: "PluginError", retryable: false, hint: "Read the provider's words in the message; docs/cloud.md lists the permissions that deploying needs." },
    Entry { code: CLOUD_INVOCATION_FAILED, error_type: "PluginError", retryable: true, hint: "Run again; it goes on at the last checkpoint. dativo cloud logs shows what the function printed." },
    Entry { code: CLOUD_NO_PROGRESS, error_type: "PluginError", retryable: false, hint: "Let the reader yield positions more often, or raise timeout_seconds or memory_mb of cloud_execution." },
    Entry { code: CLOUD_PACKAGE_FAILED, error_type: "PluginError", retryable: false, hint: "Mend what the message names; dativo cloud plan packages without deploying." },
    Entry { code: CLOUD_PACKAGE_TOO_LARGE, error_type: "PluginError", retryable: false, hint: "Leave out dependencies that the plugin does not need; dativo cloud plan lists the largest files." },
    Entry { code: CLOUD_PAYLOAD_TOO_LARGE, error_type: "PluginError", retryable: false, hint: "Hand over smaller batches, or name a place that large ones travel through: cloud_execution.staging." },
    Entry { code: CLOUD_THROTTLED, error_type: "RateLimitError", retryable: true, hint: "It is tried again by itself; lower cloud_execution.max_concurrency, or ask the provider for a higher limit." },
    Entry { code: CURSOR_BOUNDARY_TOO_LARGE, error_type: "PluginError", retryable: false, hint: "Give the object a key so that the target merges records read again, follow a finer cursor, or raise boundaryBytes." },
    Entry { code: CURSOR_OUT_OF_ORDER, error_type: "PluginError", retryable: false, hint: "Sort by the cursor at the source, or declare order: \"unsorted\"." },
    Entry { code: HTTP_ERROR, error_type: "ConnectionError", retryable: false, hint: "Read the status and the start of the answer in the message." },
    Entry { code: PAGE_LIMIT_REACHED, error_type: "PluginError", retryable: false, hint: "Raise max_pages if the source really has that many." },
    Entry { code: PAGE_REPEATED, error_type: "PluginError", retryable: false, hint: "Check that the page parameter or cursor is sent and advances." },
    Entry { code: POSITION_INVALID, error_type: "ConfigurationError", retryable: false, hint: "Start the object over with dativo state reset." },
    Entry { code: SOURCE_NOT_ADVANCING, error_type: "PluginError", retryable: false, hint: "Return null or an empty array at the end, or run with --limit." },
    Entry { code: SOURCE_UNREADABLE, error_type: "ConnectionError", retryable: false, hint: "Check that it exists, is readable and is of the format named." },
    Entry { code: TYPE_UNSUPPORTED, error_type: "ValidationError", retryable: false, hint: "Cast the column where the data is produced, for example to text." },
    Entry { code: UNEXPECTED_END, error_type: "PluginError", retryable: true, hint: "Run again; it goes on at the last checkpoint." },
    Entry { code: COMMIT_FAILED, error_type: "PluginError", retryable: true, hint: "Run again; the open commit is finished or undone first." },
    Entry { code: COERCION_LOSSY, error_type: "ValidationError", retryable: false, hint: "Widen the type in the schema." },
    Entry { code: DUCKDB_ERROR, error_type: "DativoError", retryable: false, hint: "Read its message." },
    Entry { code: TARGET_FULL, error_type: "ConnectionError", retryable: true, hint: "Free some space and run again; nothing that was committed is lost." },
    Entry { code: TARGET_SCHEMA_CONFLICT, error_type: "ConfigurationError", retryable: false, hint: "Write to another place, migrate the target, or use mode: replace." },
    Entry { code: TARGET_UNWRITABLE, error_type: "ConnectionError", retryable: false, hint: "Check its permissions and that its disk is not read-only." },
    Entry { code: WRITER_MISCOUNTED, error_type: "PluginError", retryable: false, hint: "Return file metadata whose record_count adds up, and list rejected records." },
    Entry { code: BOOKS_UNBALANCED, error_type: "DativoError", retryable: false, hint: "This is a defect of a plugin or of the engine; the report says which object." },
    Entry { code: ERROR_BUDGET_EXCEEDED, error_type: "ValidationError", retryable: false, hint: "See the dead letters; raise error_budget or mend the source." },
    Entry { code: INTERRUPTED, error_type: "DativoError", retryable: true, hint: "Run again; it goes on at the last checkpoint." },
    Entry { code: INTERNAL, error_type: "DativoError", retryable: false, hint: "Report it with the output of --debug." },
    Entry { code: JOB_LOCKED, error_type: "DativoError", retryable: true, hint: "Wait for it, or end the process the message names." },
    Entry { code: WORKER_LOST, error_type: "DativoError", retryable: true, hint: "Nothing is lost: run the job again, and it goes on at the last checkpoint. Read the signal and the last lines of its output." },
    Entry { code: COORDINATOR_UNAVAILABLE, error_type: "DativoError", retryable: true, hint: "Start it, or check the address of --restate-url; without --coordinator the run needs no server." },
    Entry { code: JOURNAL_CORRUPT, error_type: "DativoError", retryable: false, hint: "The message names the file and line; dativo runs show lists what was committed." },
    Entry { code: RUN_NOT_FOUND, error_type: "ConfigurationError", retryable: false, hint: "List the runs with dativo runs list." },
    Entry { code: RUN_UNFINISHED, error_type: "DativoError", retryable: false, hint: "Run the job again to finish it, or forget it with dativo state reset." },
    Entry { code: STATE_CORRUPT, error_type: "DativoError", retryable: false, hint: "Restore it from the copy named in the message, or start over with dativo state reset." },
    Entry { code: STATE_VERSION_NEWER, error_type: "DativoError", retryable: false, hint: "Upgrade Dativo, or start over with dativo state reset." },
    Entry { code: UNKNOWN_ERROR, error_type: "DativoError", retryable: false, hint: "Run again with --debug." },
];
