import type { FunctionPackage } from "../package/function-package.js";
import type { DeployedFunction, DeployOptions, FunctionRequest } from "./function-deployer.js";

/** A function that Dativo deployed, as its provider lists it. */
export interface FunctionSummary {
  readonly name: string;
  /** ARN, or `projects/…/locations/…/functions/…`. */
  readonly resource: string;
  /** The job that it was deployed for; cut short where the provider allows less. */
  readonly job: string;
  readonly scope: string;
  readonly state: "active" | "deploying" | "failed" | "inactive";
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** When it was last changed. */
  readonly changedAt: Date;
  /** Day that it was certainly still used on, as far as it was written down. */
  readonly usedAt: Date;
}

/** A line that a function printed. */
export interface FunctionLogLine {
  readonly time: Date;
  readonly text: string;
}

/** What was removed, in words. */
export interface Removal {
  readonly what: "function" | "role" | "secret" | "log group";
  readonly name: string;
}

/** One account and region of a cloud. */
export interface CloudProvider {
  readonly name: "aws" | "gcp";
  /** Where it is, for messages: an account and region, or a project and region. */
  readonly place: string;
  /** Sees to it that the function of a request is there, and changes nothing when it is. */
  ensure(
    request: FunctionRequest,
    packaged: FunctionPackage,
    options: DeployOptions,
  ): Promise<DeployedFunction>;
  /** The function of that name; undefined when there is none. */
  find(name: string, signal: AbortSignal): Promise<FunctionSummary | undefined>;
  /** Every function that Dativo deployed here. */
  list(signal: AbortSignal): Promise<readonly FunctionSummary[]>;
  /** Removes functions, and what nothing that stays behind needs. */
  remove(functions: readonly FunctionSummary[], signal: AbortSignal): Promise<readonly Removal[]>;
  /** What a function printed since a moment, oldest first. */
  logs(name: string, since: Date, signal: AbortSignal): AsyncIterable<FunctionLogLine>;
}
