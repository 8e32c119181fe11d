import { readdirSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { DativoError, nearestFirst, nearestName, type PluginReference } from "@dativo/protocol";

/** Where the file of a plugin is looked for. */
export interface PluginSearch {
  readonly projectRoot: string;
  /** Folders a relative location is tried against, before the project root. */
  readonly searchPaths: readonly string[];
}

/** Most names of existing files that a message lists. */
const MAX_NAMES = 5;

/** The absolute paths that a location may stand for, in the order in which they are tried. */
export function fileCandidates(location: string, { projectRoot, searchPaths }: PluginSearch): string[] {
  if (isAbsolute(location)) return [location];
  return [...new Set([...searchPaths, projectRoot].map((folder) => resolve(folder, location)))];
}

/** Says whether a path is that of a file. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** What a search that found nothing says of itself. */
export interface FailedSearch {
  /** What was looked for, in order. */
  readonly tried: readonly string[];
  /** Folders in which the file could have been. */
  readonly folders: readonly string[];
  /** Says whether a file of that name could have been meant. */
  readonly isPlugin: (name: string) => boolean;
  readonly projectRoot: string;
}

/** The `PLUGIN_NOT_FOUND` that says where a plugin was looked for, and what is there instead. */
export function pluginNotFound(reference: PluginReference, search: FailedSearch): DativoError {
  const { tried, projectRoot, isPlugin } = search;
  const wanted = basename(reference.location);
  const folders =
    search.folders.length > 0 ? search.folders : [resolve(projectRoot, dirname(reference.location))];
  const existing = folders.flatMap((folder) => filesIn(folder, isPlugin).map((name) => join(folder, name)));
  const byName = new Map([...new Set(existing)].map((path) => [basename(path), path]));
  const nearest = nearestName(wanted, [...byName.keys()]);
  const shown = nearestFirst(wanted, [...byName.keys()])
    .slice(0, MAX_NAMES)
    .map((name) => relative(projectRoot, byName.get(name) ?? name));
  return new DativoError({
    code: "PLUGIN_NOT_FOUND",
    message: `There is no plugin "${reference.location}". Looked for: ${tried.join(", ") || "nothing, as it is neither a path nor a package"}.`,
    hint:
      nearest !== undefined
        ? `Did you mean ${relative(projectRoot, byName.get(nearest) ?? nearest)}:${reference.exportName}?`
        : shown.length > 0
          ? `There are ${shown.join(", ")}.`
          : `Relative paths start at ${projectRoot}; a package must be installed there.`,
    details: { reference: reference.text, tried, existing: shown },
  });
}

function filesIn(folder: string, isPlugin: (name: string) => boolean): string[] {
  try {
    return readdirSync(folder).filter(isPlugin);
  } catch {
    return []; // no such folder
  }
}
