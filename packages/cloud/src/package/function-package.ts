import type { FunctionManifest } from "./function-manifest.js";

/** Plugins packaged for a provider: the same sources give the same bytes. */
export interface FunctionPackage {
  /** The deployment archive, with sorted entries and fixed times. */
  readonly zip: Uint8Array;
  /** SHA-256 of the archive, in hex. */
  readonly sha256: string;
  /** Bytes of all entries, unpacked. */
  readonly unpackedBytes: number;
  /** The provider's runtime, such as `nodejs24.x` or `python313`. */
  readonly runtime: string;
  /** Entry point in the provider's own notation. */
  readonly handler: string;
  readonly architecture: "x86_64" | "arm64";
  /** Variables that the package itself needs, beside those of the job. */
  readonly environment: Readonly<Record<string, string>>;
  readonly manifest: FunctionManifest;
  /** The largest folders and files, by bytes unpacked. */
  readonly largest: readonly (readonly [path: string, bytes: number])[];
  /** What the author should know, though it packages. */
  readonly notices: readonly string[];
}
