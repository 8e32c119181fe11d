import type { CloudExecution, PluginReference, PluginSpec, Redactor } from "@dativo/protocol";
import type { FunctionTransport } from "./function-transport.js";

/** A plugin that is to run in a function. */
export interface FunctionPlugin {
  readonly kind: PluginSpec["kind"];
  readonly reference: PluginReference;
}

/** A function that a job needs. */
export interface FunctionRequest {
  readonly execution: CloudExecution;
  /** One plugin, or a reader and a writer that run in one function. */
  readonly plugins: readonly [FunctionPlugin, ...FunctionPlugin[]];
  /** Absolute folder that the job's relative paths start at. */
  readonly projectRoot: string;
  /** Folders that a relative plugin path is tried against, in order. */
  readonly searchPaths: readonly string[];
  /** Unique name of the job's state; functions, roles and secrets of different jobs are kept apart by it. */
  readonly jobKey: string;
  /** Interpreter that Python plugins are packaged with, as the job names it; a path starts at the project root. */
  readonly python?: string;
  readonly redactor: Redactor;
}

/** How a function is deployed. */
export interface DeployOptions {
  readonly signal: AbortSignal;
  /** Told in one line what is being done, such as `uploading 1.2 MB`. */
  readonly onProgress?: (step: string) => void;
}

/** A function that is there and can be invoked. */
export interface DeployedFunction {
  /** `dativo-` and 16 hex digits, from what is in it. */
  readonly name: string;
  /** ARN, or `projects/…/locations/…/functions/…`. */
  readonly resource: string;
  /** What deploying it took. */
  readonly outcome: "created" | "updated" | "reused";
  readonly transport: FunctionTransport;
  /** Where secrets are that the job keeps at the provider itself: the key path, and the reference. */
  readonly secretReferences: Readonly<Record<string, string>>;
  /**
   * Keeps values in the provider's secret store, where only this job's functions may read them, and returns the
   * reference of each under its key. The same values are stored once.
   */
  storeSecrets(
    values: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>>>;
}

/**
 * Packages the plugins of a job and sees to it that a function with exactly these contents is there.
 *
 * @throws DativoError `CLOUD_PACKAGE_FAILED`, `CLOUD_PACKAGE_TOO_LARGE`, `CLOUD_CREDENTIALS_MISSING`, `CLOUD_DEPLOY_FAILED`
 */
export type FunctionDeployer = (
  request: FunctionRequest,
  options: DeployOptions,
) => Promise<DeployedFunction>;
