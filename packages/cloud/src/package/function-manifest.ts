import type { PluginSpec } from "@dativo/protocol";

/** Name of the manifest, at the top of every package. */
export const MANIFEST_FILE = "dativo.json";

/** One plugin of a package. */
export interface PackagedPlugin {
  readonly kind: PluginSpec["kind"];
  /** As the job names it: `path:Name`. A `load` call for another reference is refused. */
  readonly reference: string;
  readonly language: "node" | "python" | "native";
  /** File to load, relative to the top of the package: a bundled module, a Python file, or a shared library. */
  readonly entry: string;
  /** What to load from it, the part after the last colon of the reference. */
  readonly name: string;
}

/** What a package says of itself to the host inside it: `dativo.json`. */
export interface FunctionManifest {
  readonly version: 1;
  /** One, or a reader and a writer that run in one function. */
  readonly plugins: readonly PackagedPlugin[];
  /** Folder of the project's files, relative to the top of the package; what plugins see as the project folder. */
  readonly project: string;
}
