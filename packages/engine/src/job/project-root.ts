import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** What makes a folder the top of a project. */
const MARKERS = [".dativo", "package.json", "pyproject.toml", "Cargo.toml", ".git"];

/**
 * The folder that relative paths of a job start at: the nearest one above the job file that holds `.dativo`,
 * `package.json`, `pyproject.toml`, `Cargo.toml` or `.git`; else the working folder when the job file is below
 * it; else the job file's own folder.
 */
export function findProjectRoot(jobFile: string, cwd: string): string {
  const own = dirname(jobFile);
  for (let folder = own; ; folder = dirname(folder)) {
    if (MARKERS.some((marker) => existsSync(join(folder, marker)))) return folder;
    if (dirname(folder) === folder) break;
  }
  return isBelow(jobFile, cwd) ? resolve(cwd) : own;
}

/** Says whether a path is inside a folder. */
export function isBelow(path: string, folder: string): boolean {
  const rest = relative(folder, path);
  return rest !== "" && !isAbsolute(rest) && rest !== ".." && !rest.startsWith(`..${sep}`);
}

/** A path as messages show it: relative to the working folder when it is below it. */
export function shownPath(path: string, cwd: string): string {
  return isBelow(path, cwd) ? relative(cwd, path).replaceAll(sep, "/") : path;
}
