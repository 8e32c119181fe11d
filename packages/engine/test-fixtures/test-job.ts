import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Plugin,
  Redactor,
  type SourceConfig,
  type TableSchema,
  type TargetConfig,
} from "@dativo/protocol";
import type { ResolvedJob } from "../src/job/resolved-job.js";
import type { PluginSources } from "../src/plan/plugins.js";

/** A folder of its own for a test, and how to be rid of it. */
export async function testFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "dativo-engine-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A job over the built-in plugins `r` and `w`, without a job file. */
export function testJob(
  root: string,
  changes: Partial<ResolvedJob> & { readonly objects?: readonly string[] } = {},
): ResolvedJob {
  const { objects = [], ...rest } = changes;
  const source: SourceConfig = {
    type: "r",
    connection: {},
    credentials: {},
    objects,
    files: [],
    tables: [],
    sheets: [],
    incremental: {},
    engine: {},
    rateLimits: {},
  };
  const target: TargetConfig = {
    type: "w",
    connection: {},
    credentials: {},
    engine: {},
    partitioning: [],
    mode: "append",
    extra: {},
  };
  return {
    file: join(root, "job.yaml"),
    projectRoot: root,
    stateDir: join(root, ".dativo"),
    name: "job",
    key: "-/-/job",
    searchPaths: [root],
    source: { config: source, placement: { kind: "in_process" } },
    target: { config: target, placement: { kind: "in_process" }, outputBase: join(root, "data") },
    validationMode: "warn",
    errorBudget: { maxRecords: Number.POSITIVE_INFINITY, maxRatio: 1 },
    checkpointPolicy: { maxRecords: 1, maxBytes: 64 * 1024 * 1024, maxSeconds: 30 },
    retryPolicy: { maxRetries: 3, initialDelaySeconds: 0.001, backoffMultiplier: 1, maxDelaySeconds: 0.01 },
    logging: { level: "info" },
    redactor: new Redactor(),
    warnings: [],
    ...rest,
  };
}

/** The plugins of a test as an engine is handed them. */
export function builtin(reader: Plugin, writer: Plugin): PluginSources {
  return { runtimes: [], builtins: { readers: { r: reader }, writers: { w: writer } } };
}

/** Rows with an id each. */
export function numbered(count: number, from = 0): { readonly id: number; readonly name: string }[] {
  return Array.from({ length: count }, (_, at) => ({ id: from + at, name: `n${from + at}` }));
}

/** The schema of `numbered` rows. */
export const NUMBERED: TableSchema = {
  fields: [
    { name: "id", type: { kind: "integer" }, required: true },
    { name: "name", type: { kind: "string" } },
  ],
};
