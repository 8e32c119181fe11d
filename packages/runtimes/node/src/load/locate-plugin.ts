import { realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { PluginReference } from "@dativo/protocol";
import { fileCandidates, isFile, type PluginSearch, pluginNotFound } from "@dativo/runtime-host";
import { isPackageName, isScriptPath } from "./reference-form.js";
import { resolvePackage } from "./resolve-package.js";

/** Where a plugin is looked for. */
export interface SearchOptions extends PluginSearch {
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
  const candidates = isScriptPath(location) ? fileCandidates(location, options) : [];
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
  throw pluginNotFound(reference, {
    tried,
    folders: candidates.map((path) => dirname(path)),
    isPlugin: (name) => isScriptPath(name) && !name.endsWith(".d.ts"),
    projectRoot: options.projectRoot,
  });
}
