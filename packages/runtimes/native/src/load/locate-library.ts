import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import type { PluginReference } from "@dativo/protocol";
import { fileCandidates, isFile, type PluginSearch, pluginNotFound } from "@dativo/runtime-host";
import { isLibraryPath, librarySpellings } from "./library-names.js";

/**
 * Finds the library of a plugin reference, under the name that it has on this platform.
 *
 * @throws DativoError `PLUGIN_NOT_FOUND` listing where it looked and what is there instead
 */
export function locateLibrary(reference: PluginReference, search: PluginSearch): string {
  const tried = librarySpellings(reference.location, process.platform).flatMap((location) =>
    fileCandidates(location, search),
  );
  const found = tried.find(isFile);
  if (found !== undefined) return realpathSync(found);
  throw pluginNotFound(reference, {
    tried,
    folders: [...new Set(tried.map((path) => dirname(path)))],
    isPlugin: isLibraryPath,
    projectRoot: search.projectRoot,
  });
}
