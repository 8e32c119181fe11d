import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { DativoError, nearestFirst, nearestName, type PluginReference } from "@dativo/protocol";
import { isPackageName, isScriptPath } from "./reference-form.js";
import { resolvePackage } from "./resolve-package.js";

/** Where a plugin is looked for. */
export interface SearchOptions {
  readonly projectRoot: string;
  /** Folders a relative location is tried against, before the project root. */
  readonly searchPaths: readonly string[];
  /** Folders whose installed packages are tried after those of the project. */
  readonly fallbackResolveFrom: readonly string[];
}

/** Where a plugin was found. */
export interface PluginLocation {
  /** Absolute path of the file, symbolic links resolved. */
  readonly file: string;
  /** Whether it belongs to an installed package, rather than to the project. */
  readonly installed: boolean;
}

/** Most names of existing files that a message lists. */
const MAX_NAMES = 5;

/**
 * Finds the file of a plugin reference.
 *
 * @throws DativoError `PLUGIN_NOT_FOUND` listing where it looked and what is there instead
 */
export async function locatePlugin(
  reference: PluginReference,
  options: SearchOptions,
): Promise<PluginLocation> {
  const { location } = reference;
  const candidates = fileCandidates(location, options);
  const found = candidates.find(isFile);
  if (found !== undefined) return { file: realpathSync(found), installed: false };
  const tried = [...candidates];
  if (isPackageName(location)) {
    for (const folder of [options.projectRoot, ...options.fallbackResolveFrom]) {
      const file = await resolvePackage(location, join(folder, "package.json"), "import");
      if (file !== undefined) return { file, installed: file.split(sep).includes("node_modules") };
    }
    if (!isScriptPath(location)) tried.push(`package ${location}, from ${options.projectRoot}`);
  }
  throw notFound(reference, tried, candidates, options.projectRoot);
}

function fileCandidates(location: string, options: SearchOptions): string[] {
  if (!isScriptPath(location)) return [];
  if (isAbsolute(location)) return [location];
  return [
    ...new Set([...options.searchPaths, options.projectRoot].map((folder) => resolve(folder, location))),
  ];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function notFound(
  reference: PluginReference,
  tried: string[],
  candidates: string[],
  projectRoot: string,
): DativoError {
  const wanted = basename(reference.location);
  const folders =
    candidates.length > 0
      ? candidates.map((path) => dirname(path))
      : [resolve(projectRoot, dirname(reference.location))];
  const existing = [
    ...new Set(folders.flatMap((folder) => scriptsIn(folder).map((name) => join(folder, name)))),
  ];
  const byName = new Map(existing.map((path) => [basename(path), path]));
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

function scriptsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => isScriptPath(name) && !name.endsWith(".d.ts"));
  } catch {
    return []; // no such folder
  }
}
