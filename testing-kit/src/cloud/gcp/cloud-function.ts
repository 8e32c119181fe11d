import { parseMemory } from "./memory.js";

/** Where the source of a function is. */
export interface StorageSource {
  readonly bucket: string;
  readonly object: string;
  readonly generation?: string;
}

/** How a function is built. */
export interface BuildConfig {
  readonly runtime: string;
  readonly entryPoint?: string;
  readonly source?: { readonly storageSource?: StorageSource };
  readonly environmentVariables?: Readonly<Record<string, string>>;
}

/** A secret that a function sees as a variable. */
export interface SecretVariable {
  readonly key: string;
  readonly projectId?: string;
  readonly secret: string;
  readonly version?: string;
}

/** How a function is run. */
export interface ServiceConfig {
  readonly timeoutSeconds?: number;
  readonly availableMemory?: string;
  readonly availableCpu?: string;
  readonly maxInstanceCount?: number;
  readonly minInstanceCount?: number;
  readonly maxInstanceRequestConcurrency?: number;
  readonly environmentVariables?: Readonly<Record<string, string>>;
  readonly secretEnvironmentVariables?: readonly SecretVariable[];
  readonly serviceAccountEmail?: string;
  readonly ingressSettings?: string;
  readonly vpcConnector?: string;
}

/** What a caller says of a function. */
export interface FunctionInput {
  readonly name?: string;
  readonly description?: string;
  readonly environment?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly buildConfig?: BuildConfig;
  readonly serviceConfig?: ServiceConfig;
}

/** A revision: one version of a function's code and configuration. */
export interface Revision {
  readonly name: string;
  readonly folder: string;
  readonly runtime: string;
  readonly entryPoint: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly concurrency: number;
  readonly maxInstances: number;
  readonly account: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Limits of a configuration, with the defaults of the service. */
export function limitsOf(config: ServiceConfig, maxInstances: number) {
  return {
    memoryMb: parseMemory(config.availableMemory ?? "256M") ?? 256,
    timeoutSeconds: config.timeoutSeconds ?? 60,
    concurrency: config.maxInstanceRequestConcurrency ?? 1,
    maxInstances: config.maxInstanceCount ?? maxInstances,
  };
}
