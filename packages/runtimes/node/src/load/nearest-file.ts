import { join } from "node:path";
import { type Fingerprint, fingerprint } from "./fingerprint.js";
import { foldersAbove } from "./folders-above.js";

/** A file that was looked for in the folders above another. */
export interface NearestFile {
  /** Absolute path, or undefined when there is none. */
  readonly path: string | undefined;
  /** The file, and the nearer places where one could appear. */
  readonly fingerprints: readonly Fingerprint[];
}

/** Finds a file by its name in the folders above another, innermost first. */
export function findNearest(above: string, name: string): NearestFile {
  const fingerprints: Fingerprint[] = [];
  for (const folder of foldersAbove(above)) {
    const found = fingerprint(join(folder, name));
    fingerprints.push(found);
    if (found.hash !== null) return { path: found.path, fingerprints };
  }
  return { path: undefined, fingerprints };
}
