/** A file of a package. */
export interface PackageFile {
  /** Path below the top of the package, with `/`. */
  readonly path: string;
  readonly contents: Uint8Array;
  /** Whether it is a program. @default false */
  readonly executable?: boolean;
}

/** What turns a package into a function: the files beside the plugin, and how the provider starts them. */
export interface FunctionHost {
  readonly files: readonly PackageFile[];
  /** Entry point in the provider's own notation: `index.handler` of Lambda, the target of Cloud Functions. */
  readonly handler: string;
  /** Variables that the host needs. */
  readonly environment: Readonly<Record<string, string>>;
}
