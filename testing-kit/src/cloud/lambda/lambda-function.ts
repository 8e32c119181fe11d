import { randomUUID } from "node:crypto";
import type { Environment } from "./environment.js";

/** Configuration of a function, as the Lambda API writes it. */
export interface FunctionConfiguration {
  readonly FunctionName: string;
  readonly FunctionArn: string;
  Runtime: string;
  Role: string;
  Handler: string;
  Description: string;
  Timeout: number;
  MemorySize: number;
  Environment?: { readonly Variables: Readonly<Record<string, string>> };
  VpcConfig?: {
    readonly SubnetIds: readonly string[];
    readonly SecurityGroupIds: readonly string[];
    readonly VpcId: string;
  };
  EphemeralStorage: { readonly Size: number };
  Layers?: readonly unknown[];
  LoggingConfig: { readonly LogFormat: string; readonly LogGroup: string };
  Architectures: readonly string[];
  CodeSize: number;
  CodeSha256: string;
  LastModified: string;
  RevisionId: string;
  Version: "$LATEST";
  PackageType: "Zip";
  TracingConfig: { readonly Mode: string };
  State: "Pending" | "Active";
  StateReason?: string;
  StateReasonCode?: string;
  LastUpdateStatus: "Successful" | "InProgress";
  LastUpdateStatusReason?: string;
  LastUpdateStatusReasonCode?: string;
}

/** A function of the emulator. */
export class LambdaFunction {
  tags: Record<string, string> = {};
  /** Environments that may be run at once, when the function has a limit of its own. */
  reservedConcurrency: number | undefined;
  /** Environments that run or wait for an invocation. */
  readonly environments = new Set<Environment>();
  /** Folder of the code. */
  folder = "";

  constructor(readonly configuration: FunctionConfiguration) {}

  get name(): string {
    return this.configuration.FunctionName;
  }

  /** Notes that something about it changed. */
  revise(): void {
    this.configuration.RevisionId = randomUUID();
    this.configuration.LastModified = new Date().toISOString().replace("Z", "+0000");
  }

  /** Ends every environment: the next invocation starts a new one, with new code or configuration. */
  retireEnvironments(): void {
    for (const environment of this.environments) environment.retire();
    this.environments.clear();
  }
}
