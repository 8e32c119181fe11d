/** How an emulator of Cloud Functions behaves. */
export interface MockCloudFunctionsOptions {
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** The project that exists. @default "my-project" */
  readonly project?: string;
  /** Regions that exist. @default those of Cloud Run functions */
  readonly regions?: readonly string[];
  /** Service accounts that exist, with the roles that they have; any of the project with every role when absent. */
  readonly serviceAccounts?: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds that a build takes. @default 100 */
  readonly buildMs?: number;
  /** Whether a function may be invoked without an ID token. @default false */
  readonly allowUnauthenticated?: boolean;
  /** Instances of a function without `maxInstanceCount`. @default 100 */
  readonly maxInstances?: number;
  /** Milliseconds for which a request waits for an instance before it is refused with 429. @default 10000 */
  readonly queueMs?: number;
  /** Milliseconds after which an instance without work is ended. @default 300000 */
  readonly idleMs?: number;
  /** Whether memory beyond `availableMemory` ends an instance. @default true */
  readonly memoryLimit?: boolean;
  /** Bytes of a response that is written as a stream; false for no limit. @default 10 MB */
  readonly streamBytes?: number | false;
  /** Programs that run functions. @default this Node, and the Python found on the path */
  readonly interpreters?: { readonly nodejs?: string; readonly python?: string };
  /** Variables that every function gets besides its own, such as the address of a mock API. */
  readonly functionEnv?: Readonly<Record<string, string>>;
}
