"""Generated from the schemas of @dativo/protocol by scripts/generate-contract.mjs; npm run generate refreshes it."""

from __future__ import annotations

from typing import Dict, NamedTuple

MAX_FRAME_BYTES = 268435456

FRAME_TYPES: Dict[str, int] = {
    "batch": 1,
    "checkpoint": 2,
    "log": 3,
    "error": 4,
    "end": 5,
    "object": 6,
    "hello": 16,
    "call": 17,
    "result": 18,
    "credit": 19,
    "cancel": 20,
}
"""The number of each type of frame, by its name."""

HEADERS: Dict[str, Dict[str, str]] = {
    "batch": {"id": "integer", "sequence": "integer", "object": "string", "form": "string"},
    "checkpoint": {"id": "integer", "object": "string", "state": "any"},
    "log": {"level": "string", "message": "string"},
    "error": {"error": "object"},
    "end": {"id": "integer", "reason": "string", "records": "integer", "sequence": "integer"},
    "object": {"id": "integer", "event": "string", "object": "any"},
    "hello": {"protocol": "integer", "api": "integer", "name": "string"},
    "call": {"id": "integer", "operation": "string", "params": "object"},
    "result": {"id": "integer"},
    "credit": {"id": "integer", "batches": "integer"},
    "cancel": {"id": "integer"},
}
"""Members that the header of each type of frame must have, and the JSON type of each."""


class CatalogueEntry(NamedTuple):
    """What is known of an error code."""

    error_type: str
    retryable: bool
    hint: str


CATALOGUE: Dict[str, CatalogueEntry] = {
    "AUTHENTICATION_FAILED": CatalogueEntry(
        "AuthenticationError",
        False,
        "Check the credentials of the job, and that their environment variables hold what you expect.",
    ),
    "CONFIGURATION_ERROR": CatalogueEntry(
        "ConfigurationError",
        False,
        "Correct the named key in the job file.",
    ),
    "CONNECTION_FAILED": CatalogueEntry(
        "ConnectionError",
        True,
        "Check the address and the network, then run again.",
    ),
    "DATIVO_ERROR": CatalogueEntry(
        "DativoError",
        False,
        "Run again with --debug and report what it prints.",
    ),
    "PLUGIN_ERROR": CatalogueEntry(
        "PluginError",
        False,
        "Read the message; --debug shows where in the plugin it was thrown.",
    ),
    "PLUGIN_VERSION_INCOMPATIBLE": CatalogueEntry(
        "PluginVersionError",
        False,
        "Upgrade whichever side the message names.",
    ),
    "RATE_LIMIT_EXCEEDED": CatalogueEntry(
        "RateLimitError",
        True,
        "Wait and run again, or lower rate_limits in the job file.",
    ),
    "SANDBOX_ERROR": CatalogueEntry(
        "SandboxError",
        True,
        "Read the last lines of its output in the message.",
    ),
    "TRANSIENT_ERROR": CatalogueEntry(
        "TransientError",
        True,
        "Run again.",
    ),
    "VALIDATION_FAILED": CatalogueEntry(
        "ValidationError",
        False,
        "Mend the record at its source, correct the schema, or set schema_validation_mode: warn to set bad records aside.",
    ),
    "ASSET_INVALID": CatalogueEntry(
        "ConfigurationError",
        False,
        "Correct the named key of the asset file.",
    ),
    "ASSET_MISMATCH": CatalogueEntry(
        "ConfigurationError",
        False,
        "Make the asset's object and schema match what the reader delivers.",
    ),
    "CONFIG_INVALID": CatalogueEntry(
        "ConfigurationError",
        False,
        "Correct the value at the named line.",
    ),
    "CONFIG_NOT_FOUND": CatalogueEntry(
        "ConfigurationError",
        False,
        "Check the path; relative paths start at the project folder.",
    ),
    "CONFIG_SYNTAX": CatalogueEntry(
        "ConfigurationError",
        False,
        "Correct the syntax at the named line and column.",
    ),
    "CONFIG_UNKNOWN_KEY": CatalogueEntry(
        "ConfigurationError",
        False,
        "Use the suggested key, or remove it.",
    ),
    "CONFIG_UNSET_VARIABLE": CatalogueEntry(
        "ConfigurationError",
        False,
        "Set it, put it in .env, or write ${VAR:-value}.",
    ),
    "SECRET_NOT_FOUND": CatalogueEntry(
        "ConfigurationError",
        False,
        "Create the secret where the job says it is, or correct the reference.",
    ),
    "USAGE": CatalogueEntry(
        "ConfigurationError",
        False,
        "See dativo help.",
    ),
    "ABI_VIOLATION": CatalogueEntry(
        "PluginError",
        False,
        "Read which rule in the message, and mend the plugin.",
    ),
    "OBJECT_NOT_FOUND": CatalogueEntry(
        "ConfigurationError",
        False,
        "List what there is with dativo discover.",
    ),
    "PLUGIN_CRASHED": CatalogueEntry(
        "PluginError",
        False,
        "Read the signal and the last lines of its output; the next run recovers.",
    ),
    "PLUGIN_EXPORT_NOT_FOUND": CatalogueEntry(
        "PluginError",
        False,
        "Use one of the names the message lists.",
    ),
    "PLUGIN_INVALID": CatalogueEntry(
        "PluginError",
        False,
        "Export a class that extends BaseReader or BaseWriter, or the result of defineReader or defineWriter.",
    ),
    "PLUGIN_LOAD_FAILED": CatalogueEntry(
        "PluginError",
        False,
        "Mend the error in the plugin at the place named.",
    ),
    "PLUGIN_NOT_FOUND": CatalogueEntry(
        "ConfigurationError",
        False,
        "Check the path before the colon; relative paths start at the project folder.",
    ),
    "PLUGIN_PANICKED": CatalogueEntry(
        "PluginError",
        False,
        "Mend the plugin at the place that the message names; a panic is a mistake in its code.",
    ),
    "PLUGIN_TIMEOUT": CatalogueEntry(
        "PluginError",
        True,
        "Raise engine.options.call_timeout_seconds, or find what the plugin waits for.",
    ),
    "PLUGIN_WRONG_SHAPE": CatalogueEntry(
        "PluginError",
        False,
        "Return the shape that the message names.",
    ),
    "CLOUD_CREDENTIALS_MISSING": CatalogueEntry(
        "AuthenticationError",
        False,
        "Sign in as the provider's own tools do: aws configure, or gcloud auth application-default login.",
    ),
    "CLOUD_DEPLOY_FAILED": CatalogueEntry(
        "PluginError",
        False,
        "Read the provider's words in the message; docs/cloud.md lists the permissions that deploying needs.",
    ),
    "CLOUD_INVOCATION_FAILED": CatalogueEntry(
        "PluginError",
        True,
        "Run again; it goes on at the last checkpoint. dativo cloud logs shows what the function printed.",
    ),
    "CLOUD_NO_PROGRESS": CatalogueEntry(
        "PluginError",
        False,
        "Let the reader yield positions more often, or raise timeout_seconds or memory_mb of cloud_execution.",
    ),
    "CLOUD_PACKAGE_FAILED": CatalogueEntry(
        "PluginError",
        False,
        "Mend what the message names; dativo cloud plan packages without deploying.",
    ),
    "CLOUD_PACKAGE_TOO_LARGE": CatalogueEntry(
        "PluginError",
        False,
        "Leave out dependencies that the plugin does not need; dativo cloud plan lists the largest files.",
    ),
    "CLOUD_PAYLOAD_TOO_LARGE": CatalogueEntry(
        "PluginError",
        False,
        "Hand over smaller batches, or name a place that large ones travel through: cloud_execution.staging.",
    ),
    "CLOUD_THROTTLED": CatalogueEntry(
        "RateLimitError",
        True,
        "It is tried again by itself; lower cloud_execution.max_concurrency, or ask the provider for a higher limit.",
    ),
    "CURSOR_BOUNDARY_TOO_LARGE": CatalogueEntry(
        "PluginError",
        False,
        "Give the object a key so that the target merges records read again, follow a finer cursor, or raise boundaryBytes.",
    ),
    "CURSOR_OUT_OF_ORDER": CatalogueEntry(
        "PluginError",
        False,
        "Sort by the cursor at the source, or declare order: \"unsorted\".",
    ),
    "HTTP_ERROR": CatalogueEntry(
        "ConnectionError",
        False,
        "Read the status and the start of the answer in the message.",
    ),
    "PAGE_LIMIT_REACHED": CatalogueEntry(
        "PluginError",
        False,
        "Raise max_pages if the source really has that many.",
    ),
    "PAGE_REPEATED": CatalogueEntry(
        "PluginError",
        False,
        "Check that the page parameter or cursor is sent and advances.",
    ),
    "POSITION_INVALID": CatalogueEntry(
        "ConfigurationError",
        False,
        "Start the object over with dativo state reset.",
    ),
    "SOURCE_NOT_ADVANCING": CatalogueEntry(
        "PluginError",
        False,
        "Return null or an empty array at the end, or run with --limit.",
    ),
    "SOURCE_UNREADABLE": CatalogueEntry(
        "ConnectionError",
        False,
        "Check that it exists, is readable and is of the format named.",
    ),
    "TYPE_UNSUPPORTED": CatalogueEntry(
        "ValidationError",
        False,
        "Cast the column where the data is produced, for example to text.",
    ),
    "UNEXPECTED_END": CatalogueEntry(
        "PluginError",
        True,
        "Run again; it goes on at the last checkpoint.",
    ),
    "COMMIT_FAILED": CatalogueEntry(
        "PluginError",
        True,
        "Run again; the open commit is finished or undone first.",
    ),
    "COERCION_LOSSY": CatalogueEntry(
        "ValidationError",
        False,
        "Widen the type in the schema.",
    ),
    "DUCKDB_ERROR": CatalogueEntry(
        "DativoError",
        False,
        "Read its message.",
    ),
    "TARGET_FULL": CatalogueEntry(
        "ConnectionError",
        True,
        "Free some space and run again; nothing that was committed is lost.",
    ),
    "TARGET_SCHEMA_CONFLICT": CatalogueEntry(
        "ConfigurationError",
        False,
        "Write to another place, migrate the target, or use mode: replace.",
    ),
    "TARGET_UNWRITABLE": CatalogueEntry(
        "ConnectionError",
        False,
        "Check its permissions and that its disk is not read-only.",
    ),
    "WRITER_MISCOUNTED": CatalogueEntry(
        "PluginError",
        False,
        "Return file metadata whose record_count adds up, and list rejected records.",
    ),
    "BOOKS_UNBALANCED": CatalogueEntry(
        "DativoError",
        False,
        "This is a defect of a plugin or of the engine; the report says which object.",
    ),
    "ERROR_BUDGET_EXCEEDED": CatalogueEntry(
        "ValidationError",
        False,
        "See the dead letters; raise error_budget or mend the source.",
    ),
    "INTERRUPTED": CatalogueEntry(
        "DativoError",
        True,
        "Run again; it goes on at the last checkpoint.",
    ),
    "INTERNAL": CatalogueEntry(
        "DativoError",
        False,
        "Report it with the output of --debug.",
    ),
    "JOB_LOCKED": CatalogueEntry(
        "DativoError",
        True,
        "Wait for it, or end the process the message names.",
    ),
    "WORKER_LOST": CatalogueEntry(
        "DativoError",
        True,
        "Nothing is lost: run the job again, and it goes on at the last checkpoint. Read the signal and the last lines of its output.",
    ),
    "COORDINATOR_UNAVAILABLE": CatalogueEntry(
        "DativoError",
        True,
        "Start it, or check the address of --restate-url; without --coordinator the run needs no server.",
    ),
    "JOURNAL_CORRUPT": CatalogueEntry(
        "DativoError",
        False,
        "The message names the file and line; dativo runs show lists what was committed.",
    ),
    "RUN_NOT_FOUND": CatalogueEntry(
        "ConfigurationError",
        False,
        "List the runs with dativo runs list.",
    ),
    "RUN_UNFINISHED": CatalogueEntry(
        "DativoError",
        False,
        "Run the job again to finish it, or forget it with dativo state reset.",
    ),
    "STATE_CORRUPT": CatalogueEntry(
        "DativoError",
        False,
        "Restore it from the copy named in the message, or start over with dativo state reset.",
    ),
    "STATE_VERSION_NEWER": CatalogueEntry(
        "DativoError",
        False,
        "Upgrade Dativo, or start over with dativo state reset.",
    ),
    "UNKNOWN_ERROR": CatalogueEntry(
        "DativoError",
        False,
        "Run again with --debug.",
    ),
}
"""Every error code of the catalogue."""
