/** How a Lambda emulator behaves. */
export interface MockLambdaOptions {
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** @default "us-east-1" */
  readonly region?: string;
  /** @default "123456789012" */
  readonly accountId?: string;
  /** Milliseconds for which a new function is `Pending`. @default 100 */
  readonly pendingMs?: number;
  /** Milliseconds for which an update is `InProgress`. @default 50 */
  readonly updateMs?: number;
  /** Milliseconds after which a new role can be assumed by Lambda. @default 0 */
  readonly rolePropagationMs?: number;
  /** Roles that exist from the start, by name, with the actions on resources that they allow (`*` for any). */
  readonly roles?: Readonly<Record<string, readonly RoleGrant[]>>;
  /** Environments of the account that may be busy at once. @default 1000 */
  readonly accountConcurrency?: number;
  /** Milliseconds after which an environment without work is ended. @default 300000 */
  readonly idleMs?: number;
  /** Bytes that a response stream has at full speed, and bytes a second after those; false for no limit. @default 6 MB, 2 MB/s */
  readonly streamRate?: { readonly burstBytes: number; readonly bytesPerSecond: number } | false;
  /** Whether the region knows `InvokeWithResponseStream`. @default true */
  readonly responseStreaming?: boolean;
  /** Bytes of a response stream. @default 200 MB */
  readonly streamBytes?: number;
  /** Milliseconds that a start may take before it is begun again, as part of the invocation. @default 10000 */
  readonly initTimeoutMs?: number;
  /** Whether memory beyond the function's `MemorySize` ends it. @default true */
  readonly memoryLimit?: boolean;
  /** Security groups and subnets that exist; any when absent. */
  readonly network?: { readonly securityGroups: readonly string[]; readonly subnets: readonly string[] };
  /** Programs that run functions, by prefix of the runtime. @default this Node, and the Python found on the path */
  readonly interpreters?: { readonly nodejs?: string; readonly python?: string };
  /** Variables that every function gets besides its own, such as the address of a mock API. */
  readonly functionEnv?: Readonly<Record<string, string>>;
}

/** What a role may do. */
export interface RoleGrant {
  /** Such as `secretsmanager:GetSecretValue` or `s3:*`. */
  readonly action: string;
  /** ARN, with `*` for any characters. @default "*" */
  readonly resource?: string;
}
