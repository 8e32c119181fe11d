import { z } from "zod";
import { assetSchema } from "./asset-schema.js";
import { cloudExecutionSchema } from "./cloud-execution-schema.js";
import { NOT_ACTED_ON_KEYS } from "./not-acted-on.js";

/** A mapping whose keys belong to the plugin, not to the job file. */
const open = () => z.record(z.string(), z.unknown());

const options = z
  .looseObject({
    call_timeout_seconds: z
      .number()
      .positive()
      .optional()
      .describe("Seconds that one call into the plugin may take without yielding anything. Default: 300."),
    python: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Interpreter of a Python plugin: a path, from the project folder, or a command. Default: .venv or venv of the project, VIRTUAL_ENV, python3.",
      ),
    batch_bytes: z
      .int()
      .min(1)
      .optional()
      .describe("Bytes a batch should have, for plugins that regroup records."),
  })
  .describe("Options of the plugin; any key.");

const engine = z
  .strictObject({
    type: z
      .string()
      .optional()
      .describe("Engine of the existing platform, such as native; accepted and not acted on."),
    options: options.optional(),
    cloud_execution: cloudExecutionSchema.optional(),
  })
  .describe("How the plugin runs, and its options.");

const rateLimits = z
  .strictObject({
    requests_per_second: z.number().positive().optional().describe("Requests a second, over all objects."),
    requests_per_minute: z.number().positive().optional().describe("Requests a minute, over all objects."),
    concurrency: z.int().min(1).optional().describe("Requests under way at a time."),
    rps_default: z.number().positive().optional().describe("Older name of requests_per_second."),
    burst_default: z
      .number()
      .positive()
      .optional()
      .describe("Key of the existing platform; accepted and not acted on."),
    retry: open()
      .optional()
      .describe("Key of the existing platform; accepted and not acted on, see retry_config."),
  })
  .describe("Bounds for a reader that calls an API.");

const connection = open().describe("How the system is reached; keys belong to the plugin.");
const credentials = open().describe(
  "Secrets of the system; keys belong to the plugin. Every value is hidden in logs, errors and reports.",
);

/** `source` of a job file. */
export const sourceSchema = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Built-in reader, such as csv, jsonl, json, parquet, arrow or duckdb; or custom beside custom_reader.",
      ),
    custom_reader: z
      .string()
      .min(1)
      .optional()
      .describe("Plugin to read with, as path:Name or package:Name, such as plugins/usgs.ts:default."),
    description: z.string().optional().describe("What the source is; shown, not interpreted."),
    dsn: z.string().min(1).optional().describe("Address of a database; hidden in logs, errors and reports."),
    connection: connection.optional(),
    credentials: credentials.optional(),
    objects: z
      .array(z.string().min(1))
      .optional()
      .describe("Objects to read; all that the source has when absent."),
    files: z
      .array(open())
      .optional()
      .describe(
        "Files to read: path (patterns such as in/*.csv are allowed), object, and keys of the reader.",
      ),
    tables: z.array(open()).optional().describe("Tables to read: name, object, and keys of the reader."),
    sheets: z.array(open()).optional().describe("Sheets to read; keys belong to the reader."),
    incremental: open()
      .optional()
      .describe("How the reader goes on where it left off, such as cursor_field; keys belong to the reader."),
    rate_limits: rateLimits.optional(),
    engine: engine.optional(),
  })
  .describe("Where records come from.");

/** `target` of a job file. */
export const targetSchema = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Built-in writer, such as csv, jsonl, parquet, arrow or duckdb; or custom beside custom_writer.",
      ),
    custom_writer: z
      .string()
      .min(1)
      .optional()
      .describe("Plugin to write with, as path:Name or package:Name."),
    connection: connection
      .optional()
      .describe(
        "How the target is reached; path is the folder or address to write to (default: data). Other keys belong to the plugin.",
      ),
    credentials: credentials.optional(),
    dsn: z.string().min(1).optional().describe("Address of a database; hidden in logs, errors and reports."),
    file_format: z.string().min(1).optional().describe("Format of the files, for writers that know several."),
    partitioning: z
      .array(z.string().min(1))
      .optional()
      .describe("Columns whose values name the folders of files."),
    mode: z
      .enum(["append", "replace", "merge"])
      .optional()
      .describe(
        "What happens to records already there. When absent: append for objects read incrementally; otherwise replace where the writer can, else append.",
      ),
    key: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .optional()
      .describe(
        "Column or columns that identify a record, for mode: merge. Default: the key that the asset or the reader declares.",
      ),
    parquet_target_size_mb: z
      .number()
      .positive()
      .optional()
      .describe("Size a file should have, in megabytes (10^6 bytes)."),
    engine: engine.optional(),
    catalog: z
      .union([z.string(), open()])
      .optional()
      .describe("Catalog of the existing platform; handed to the writer, not acted on."),
    branch: z.string().optional().describe("Branch of the catalog; handed to the writer, not acted on."),
    warehouse: z
      .string()
      .optional()
      .describe("Warehouse of the catalog; handed to the writer, not acted on."),
    markdown_kv_storage: open()
      .optional()
      .describe("Markdown-KV storage of the existing platform; handed to the writer, not acted on."),
  })
  .describe("Where records go.");

const seconds = () => z.number().min(0);

const retryConfig = z
  .strictObject({
    max_retries: z
      .int()
      .min(0)
      .optional()
      .describe("Attempts after the first one; progress resets the count. Default: 3."),
    max_attempts: z.int().min(0).optional().describe("Another name of max_retries."),
    initial_delay_seconds: seconds().optional().describe("Wait before the first retry. Default: 5."),
    retry_delay_seconds: seconds().optional().describe("Older name of initial_delay_seconds."),
    backoff_multiplier: z.number().min(1).optional().describe("Factor by which the wait grows. Default: 2."),
    max_delay_seconds: seconds().optional().describe("Longest wait. Default: 300."),
    retryable_exit_codes: z
      .array(z.int())
      .optional()
      .describe(
        "Key of the existing platform; accepted and not acted on: each error says whether it is retryable.",
      ),
    retryable_error_patterns: z
      .array(z.string())
      .optional()
      .describe("Key of the existing platform; accepted and not acted on."),
    retryable_errors: z
      .array(z.string())
      .optional()
      .describe("Key of the existing platform; accepted and not acted on."),
  })
  .describe("How a failure that may pass is retried within a run.");

const sandbox = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe(
        "Run plugins in a child process. Default: true where plugins.sandbox is given, false where it is not.",
      ),
    memory_limit: z
      .union([z.string(), z.number()])
      .optional()
      .describe("Memory a plugin's process may take, such as 512m or 1g; a number counts megabytes."),
    timeout: z
      .number()
      .positive()
      .optional()
      .describe("Seconds that one call may take without yielding anything. Default: 300."),
    environment: z
      .array(z.string().min(1))
      .optional()
      .describe(
        "Names of environment variables that a plugin may see, beside PATH, HOME, TZ, LANG and the like.",
      ),
    cpu_limit: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe("Share of one processor; accepted and not acted on."),
    network_disabled: z
      .boolean()
      .optional()
      .describe("Accepted and not acted on: a child process keeps its network."),
  })
  .describe("Limits for plugins that run in a child process.");

const identifier = () => z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/);

/** A job file; the only definition of its keys, from which editor help and reference pages are made. */
export const jobSchema = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        "Name of the job, under which its state is kept. Default: the path of the job file below the project folder, without its ending.",
      ),
    description: z.string().optional().describe("What the job is for; shown, not interpreted."),
    tenant_id: identifier()
      .optional()
      .describe(
        "Tenant the job belongs to; part of the name of its state, and of where secrets are looked for.",
      ),
    environment: identifier().optional().describe("Environment such as prod; part of the name of its state."),
    source: sourceSchema,
    target: targetSchema,
    asset: z
      .union([z.string().min(1), assetSchema])
      .optional()
      .describe("Name of an asset definition in the assets folder, or the definition itself."),
    asset_path: z.string().min(1).optional().describe("File of the asset definition."),
    schema_validation_mode: z
      .enum(["strict", "warn"])
      .optional()
      .describe(
        "strict stops at the first record that does not match the schema; warn sets such records aside and goes on. Default: strict.",
      ),
    error_budget: z
      .strictObject({
        max_records: z
          .int()
          .min(0)
          .optional()
          .describe("Rejected records that a run may have. Default: no bound."),
        max_ratio: z
          .number()
          .min(0)
          .max(1)
          .optional()
          .describe(
            "Rejected records divided by records read that a run may have, 0 to 1. Default: no bound.",
          ),
      })
      .optional()
      .describe("How many rejected records fail a run in mode warn."),
    checkpoint: z
      .strictObject({
        max_records: z
          .int()
          .min(1)
          .optional()
          .describe("Records after which a checkpoint is committed. Default: no bound."),
        max_bytes: z
          .int()
          .min(1)
          .optional()
          .describe("Bytes after which a checkpoint is committed. Default: 67108864 (64 MiB)."),
        max_seconds: z
          .number()
          .positive()
          .optional()
          .describe("Seconds after which a checkpoint is committed. Default: 30."),
      })
      .optional()
      .describe("When a checkpoint is committed: at the first bound reached."),
    retry_config: retryConfig.optional(),
    logging: z
      .strictObject({
        level: z
          .enum([
            "trace",
            "debug",
            "info",
            "warn",
            "warning",
            "error",
            "critical",
            "TRACE",
            "DEBUG",
            "INFO",
            "WARN",
            "WARNING",
            "ERROR",
            "CRITICAL",
          ])
          .optional()
          .describe("Least severe level that is logged. Default: info."),
        redaction: z
          .boolean()
          .optional()
          .describe("Key of the existing platform; secrets are always hidden, also with false."),
      })
      .optional()
      .describe("What is logged."),
    plugins: z.strictObject({ sandbox: sandbox.optional() }).optional().describe("How plugins are run."),
    source_connector: z
      .string()
      .optional()
      .describe("Name of the source's connector recipe; shown, not interpreted."),
    source_connector_path: z
      .string()
      .min(1)
      .optional()
      .describe("File of a connector recipe whose values stand in where source has none."),
    target_connector: z
      .string()
      .optional()
      .describe("Name of the target's connector recipe; shown, not interpreted."),
    target_connector_path: z
      .string()
      .min(1)
      .optional()
      .describe("File of a connector recipe whose values stand in where target has none."),
    ...(Object.fromEntries(
      Object.entries(NOT_ACTED_ON_KEYS).map(([key, what]) => [
        key,
        z.unknown().optional().describe(`${what} of the existing platform; accepted and not acted on.`),
      ]),
    ) as Record<keyof typeof NOT_ACTED_ON_KEYS, z.ZodOptional<z.ZodUnknown>>),
  })
  .meta({ title: "Dativo job", description: "What is read, where it is written, and how." });

/** A job file as written, once its variables are filled in. */
export type JobInput = z.infer<typeof jobSchema>;
/** `source` as written. */
export type SourceInput = z.infer<typeof sourceSchema>;
/** `target` as written. */
export type TargetInput = z.infer<typeof targetSchema>;
