import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { locateLibrary } from "@dativo/runtime-native";
import { targetPlatform } from "../config/target-platform.js";
import { checkLibrary } from "./check-library.js";
import { type PluginPackage, type PluginSource, projectPath } from "./plugin-package.js";

/**
 * Packages a plugin that is a shared library, after a look at whether the function can load it.
 *
 * @throws DativoError `PLUGIN_NOT_FOUND`, `CLOUD_PACKAGE_FAILED`
 */
export function packageNativePlugin({
  plugin,
  projectRoot,
  searchPaths,
  execution,
}: PluginSource): PluginPackage {
  const { kind, reference } = plugin;
  const file = locateLibrary(reference, { projectRoot, searchPaths });
  const contents = readFileSync(file);
  checkLibrary(relative(projectRoot, file), contents, targetPlatform(execution));
  const entry = projectPath(file, projectRoot);
  return {
    plugin: { kind, reference: reference.text, language: "native", entry, name: reference.exportName },
    files: [{ path: entry, contents }],
    notices: [],
  };
}
