import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createEngine, type Engine, type ResolvedJob, type RunReport } from "@dativo/engine";
import {
  type CloudExecution,
  type JsonObject,
  type Placement,
  type Plugin,
  parsePluginReference,
  Redactor,
  type Row,
  type SourceConfig,
  type WriteRequest,
} from "@dativo/protocol";
import { createNodeRuntime } from "@dativo/runtime-node";
import { createPythonRuntime } from "@dativo/runtime-python";
import { onTestFinished } from "vitest";
import type { DeployedFunction, FunctionDeployer } from "../deploy/function-deployer.js";
import { createCloudRuntime } from "../execution/cloud-runtime.js";
import type { RecoveryPolicy } from "../execution/recovery.js";

/** Where the plugins of these tests are. */
export const FIXTURES = fileURLToPath(new URL("../../test-fixtures", import.meta.url));

/** Settings of a function, of which these tests only need that they are there. */
export const EXECUTION: CloudExecution = {
  provider: "aws",
  runtime: "nodejs24.x",
  memoryMb: 512,
  timeoutSeconds: 300,
  environmentVariables: {},
  secrets: {},
  include: [],
  aws: { securityGroups: [], subnets: [], architecture: "x86_64" },
};

/** Waits of a test. */
export const QUICK: RecoveryPolicy = { maxFailures: 4, firstDelayMs: 1, maxDelayMs: 5 };

/** A target in memory: what was committed, by object. */
export class MemoryTarget {
  readonly rows = new Map<string, Row[]>();
  /** Batches that were given, committed or not. */
  batches = 0;
  private readonly staged = new Map<string, Row[]>();
  private readonly committed = new Set<string>();

  readonly plugin: Plugin = {
    spec: {
      name: "memory",
      kind: "writer",
      version: "1",
      api: 1,
      accepts: ["rows"],
      modes: ["append", "replace"],
      idempotentCommit: true,
    },
    openReader: () => Promise.reject(new Error("not a reader")),
    openWriter: async ({ object }) => ({
      check: async () => ({ success: true, message: "ok" }),
      write: async ({ data, token }: WriteRequest) => {
        if (data.form !== "rows") throw new Error(`not rows: ${data.form}`);
        this.batches += 1;
        this.staged.set(token, [...(this.staged.get(token) ?? []), ...(data.rows as Row[])]);
        return { files: [{ path: `${token}/${this.batches}`, record_count: data.rows.length }] };
      },
      flush: async () => ({ files: [] }),
      commit: async ({ token, files }) => {
        if (!this.committed.has(token))
          this.rows.set(object, [...(this.rows.get(object) ?? []), ...(this.staged.get(token) ?? [])]);
        this.committed.add(token);
        return { status: "success", files_added: files.length };
      },
      abort: async (request) => {
        if (request.scope === "files") this.staged.delete(request.token);
      },
      close: async () => undefined,
    }),
    close: async () => undefined,
  };

  /** Ids of the records of an object, as they were committed. */
  ids(object: string): unknown[] {
    return (this.rows.get(object) ?? []).map(({ id }) => id);
  }
}

/** A folder of its own for a test. */
export function testFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "dativo-cloud-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** How a job of these tests runs. */
export interface TestRun {
  readonly connection: JsonObject;
  readonly credentials?: JsonObject;
  readonly objects?: readonly string[];
  /** Where the reader runs; in this process without one. */
  readonly deployed?: DeployedFunction;
  readonly reference?: string;
  readonly target?: MemoryTarget;
  /** Where batches are put that an invocation has no room for. */
  readonly staging?: string;
  /** A writer in place of the target in memory, and where it runs. */
  readonly writer?: {
    readonly reference: string;
    readonly deployed?: DeployedFunction;
    readonly connection?: JsonObject;
    readonly credentials?: JsonObject;
    readonly folder: string;
  };
  readonly stateDir?: string;
  /** When commits are made, as far as it matters. */
  readonly policy?: Partial<ResolvedJob["checkpointPolicy"]>;
  readonly signal?: AbortSignal;
}

/** Runs a job of the reader fixture into memory. */
export async function run(
  options: TestRun,
): Promise<{ readonly report: RunReport; readonly target: MemoryTarget }> {
  const target = options.target ?? new MemoryTarget();
  const engine = engineFor(options, target);
  const report = await engine.run(
    jobOf(options),
    options.signal === undefined ? {} : { signal: options.signal },
  );
  return { report, target };
}

function engineFor({ deployed, writer }: TestRun, target: MemoryTarget): Engine {
  const deploy: FunctionDeployer = async ({ plugins: [{ kind }] }) => {
    const there = kind === "reader" ? deployed : writer?.deployed;
    if (there === undefined) throw new Error(`no function of a ${kind}`);
    return there;
  };
  return createEngine({
    runtimes: [createCloudRuntime({ deploy, recovery: QUICK }), createPythonRuntime(), createNodeRuntime()],
    builtins: { readers: {}, writers: { memory: target.plugin } },
  });
}

function placementOf(deployed: DeployedFunction | undefined, staging: string | undefined): Placement {
  if (deployed === undefined) return { kind: "in_process" };
  return { kind: "cloud", cloud: { ...EXECUTION, ...(staging === undefined ? {} : { staging }) } };
}

function jobOf(options: TestRun): ResolvedJob {
  const { connection, credentials = {}, objects = ["numbers"], deployed, writer } = options;
  const root = options.stateDir ?? testFolder();
  const config: SourceConfig = {
    type: "custom",
    connection,
    credentials,
    objects,
    files: [],
    tables: [],
    sheets: [],
    incremental: {},
    engine: {},
    rateLimits: {},
  };
  const redactor = new Redactor();
  redactor.add([credentials, writer?.credentials ?? {}]);
  return {
    file: join(root, "job.yaml"),
    projectRoot: FIXTURES,
    stateDir: root,
    name: "job",
    key: "-/-/job",
    searchPaths: [],
    source: {
      config,
      customReader: parsePluginReference(options.reference ?? "numbers-reader.mjs:NumbersReader"),
      placement: placementOf(deployed, options.staging),
    },
    target: {
      config: {
        type: "memory",
        connection: writer?.connection ?? {},
        credentials: writer?.credentials ?? {},
        engine: {},
        partitioning: [],
        mode: "append",
        extra: {},
      },
      ...(writer === undefined ? {} : { customWriter: parsePluginReference(writer.reference) }),
      placement: placementOf(writer?.deployed, options.staging),
      outputBase: writer?.folder ?? root,
    },
    validationMode: "warn",
    errorBudget: { maxRecords: Number.POSITIVE_INFINITY, maxRatio: 1 },
    checkpointPolicy: { maxRecords: 10_000, maxBytes: 64 * 1024 * 1024, maxSeconds: 30, ...options.policy },
    retryPolicy: { maxRetries: 3, initialDelaySeconds: 0.001, backoffMultiplier: 1, maxDelaySeconds: 0.01 },
    logging: { level: "info" },
    redactor,
    warnings: [],
  };
}
