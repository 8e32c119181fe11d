import { relative, resolve, sep } from "node:path";
import type {
  AssetDefinition,
  JsonObject,
  LogLevel,
  Placement,
  PluginReference,
  Redactor,
  SourceConfig,
  TargetConfig,
} from "@dativo/protocol";
import type { JobInput, SourceInput, TargetInput } from "./job-schema.js";
import type { JobWarning, ResolvedJob } from "./resolved-job.js";

/** A checked job, and what was found out around it. */
export interface JobParts {
  readonly input: JobInput;
  readonly file: string;
  readonly projectRoot: string;
  readonly stateDir: string;
  readonly searchPaths: readonly string[];
  readonly source: {
    readonly type: string;
    readonly reference?: PluginReference;
    readonly placement: Placement;
  };
  readonly target: {
    readonly type: string;
    readonly reference?: PluginReference;
    readonly placement: Placement;
  };
  readonly asset: AssetDefinition | undefined;
  readonly redactor: Redactor;
  readonly warnings: readonly JobWarning[];
}

/** Completes a checked job with defaults. */
export function buildJob(parts: JobParts): ResolvedJob {
  const { input, file, projectRoot, source, target } = parts;
  const name =
    input.name ??
    relative(projectRoot, file)
      .replaceAll(sep, "/")
      .replace(/\.ya?ml$/i, "");
  const budget = input.error_budget;
  const checkpoint = input.checkpoint;
  const retry = input.retry_config;
  return {
    file,
    projectRoot,
    stateDir: parts.stateDir,
    name,
    key: `${input.tenant_id ?? "-"}/${input.environment ?? "-"}/${name}`,
    ...(input.tenant_id === undefined ? {} : { tenantId: input.tenant_id }),
    ...(input.environment === undefined ? {} : { environment: input.environment }),
    ...(input.description === undefined ? {} : { description: input.description }),
    searchPaths: parts.searchPaths,
    source: {
      config: sourceConfig(input.source, source.type),
      ...(source.reference === undefined ? {} : { customReader: source.reference }),
      placement: source.placement,
    },
    target: {
      config: targetConfig(input.target, target.type),
      ...(target.reference === undefined ? {} : { customWriter: target.reference }),
      placement: target.placement,
      outputBase: outputBase(input.target, projectRoot),
    },
    ...(parts.asset === undefined ? {} : { asset: parts.asset }),
    ...(input.target.mode === undefined ? {} : { mode: input.target.mode }),
    validationMode: input.schema_validation_mode ?? "strict",
    errorBudget: {
      maxRecords: budget?.max_records ?? Number.POSITIVE_INFINITY,
      maxRatio: budget?.max_ratio ?? 1,
    },
    checkpointPolicy: {
      maxRecords: checkpoint?.max_records ?? Number.POSITIVE_INFINITY,
      maxBytes: checkpoint?.max_bytes ?? 64 * 2 ** 20,
      maxSeconds: checkpoint?.max_seconds ?? 30,
    },
    retryPolicy: {
      maxRetries: retry?.max_retries ?? retry?.max_attempts ?? 3,
      initialDelaySeconds: retry?.initial_delay_seconds ?? retry?.retry_delay_seconds ?? 5,
      backoffMultiplier: retry?.backoff_multiplier ?? 2,
      maxDelaySeconds: retry?.max_delay_seconds ?? 300,
    },
    logging: { level: logLevel(input.logging?.level) },
    redactor: parts.redactor,
    warnings: parts.warnings,
  };
}

function sourceConfig(input: SourceInput, type: string): SourceConfig {
  const { rps_default, ...rateLimits } = input.rate_limits ?? {};
  return {
    type,
    connection: json(input.connection),
    credentials: json(input.credentials),
    objects: input.objects ?? [],
    files: (input.files ?? []).map(json),
    tables: (input.tables ?? []).map(json),
    sheets: (input.sheets ?? []).map(json),
    incremental: json(input.incremental),
    engine: json(input.engine),
    rateLimits: json(
      rps_default === undefined ? rateLimits : { requests_per_second: rps_default, ...rateLimits },
    ),
    ...(input.dsn === undefined ? {} : { dsn: input.dsn }),
    ...(input.description === undefined ? {} : { description: input.description }),
  };
}

function targetConfig(input: TargetInput, type: string): TargetConfig {
  const {
    type: _type,
    custom_writer: _writer,
    connection,
    credentials,
    engine,
    file_format,
    partitioning,
    mode,
    key,
    parquet_target_size_mb,
    ...extra
  } = input;
  return {
    type,
    connection: json(connection),
    credentials: json(credentials),
    engine: json(engine),
    partitioning: partitioning ?? [],
    mode: mode ?? "append",
    ...(file_format === undefined ? {} : { fileFormat: file_format }),
    ...(key === undefined ? {} : { key: typeof key === "string" ? [key] : key }),
    ...(parquet_target_size_mb === undefined ? {} : { parquetTargetSizeMb: parquet_target_size_mb }),
    extra: json(extra),
  };
}

function outputBase(target: TargetInput, projectRoot: string): string {
  const path = target.connection?.path;
  if (typeof path !== "string" || path === "") return resolve(projectRoot, "data");
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path) ? path : resolve(projectRoot, path);
}

/** Values of a checked job come from YAML, overrides and JSON secrets, so they are JSON. */
function json(value: object | undefined): JsonObject {
  return (value ?? {}) as JsonObject;
}

function logLevel(word: string | undefined): LogLevel {
  const lower = (word ?? "info").toLowerCase();
  if (lower === "warning") return "warn";
  return lower === "critical" ? "error" : (lower as LogLevel);
}
