import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PackageFile } from "./function-host.js";

/** Folders and files that are by-products of running or installing, never part of a package. */
const BY_PRODUCTS = /^(?:__pycache__|.*\.py[co])$/;

/**
 * Reads all files below a folder, as they are to lie below `at` in a package, in the order of their names.
 *
 * @param keep says whether a file is taken, by its path below the folder
 */
export function folderFiles(
  folder: string,
  at: string,
  keep: (path: string) => boolean = () => true,
): PackageFile[] {
  const files: PackageFile[] = [];
  const visit = (below: string) => {
    const entries = readdirSync(join(folder, below), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (BY_PRODUCTS.test(entry.name)) continue;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (keep(path))
        files.push({ path: at === "" ? path : `${at}/${path}`, contents: readFileSync(join(folder, path)) });
    }
  };
  visit("");
  return files;
}
