import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { portableBundle } from "@dativo/runtime-node";
import { targetPlatform } from "../config/target-platform.js";
import { checkLibrary } from "./check-library.js";
import { type PluginPackage, type PluginSource, projectPath } from "./plugin-package.js";

/** Packages that come with Dativo are found from here by projects that have not installed them. */
const OWN_FOLDER = dirname(fileURLToPath(import.meta.url));

/**
 * Packages a TypeScript or JavaScript plugin: one module with all that it imports.
 *
 * @throws DativoError `PLUGIN_NOT_FOUND`, `PLUGIN_LOAD_FAILED`, `CLOUD_PACKAGE_FAILED`
 */
export async function packageNodePlugin(source: PluginSource): Promise<PluginPackage> {
  const { plugin, projectRoot, searchPaths, execution } = source;
  const { kind, reference } = plugin;
  const { file, code, map, addons } = await portableBundle(reference, {
    projectRoot,
    searchPaths,
    fallbackResolveFrom: [OWN_FOLDER],
  });
  const entry = `${projectPath(file, projectRoot).replace(/\.[^./]+$/, "")}.${kind}.mjs`;
  const [mapName] = `${entry}.map`.split("/").slice(-1);
  const platform = targetPlatform(execution);
  for (const [name, contents] of addons) checkLibrary(name, contents, platform);
  return {
    plugin: { kind, reference: reference.text, language: "node", entry, name: reference.exportName },
    files: [
      { path: entry, contents: encode(`${code}//# sourceMappingURL=${mapName}\n`) },
      { path: `${entry}.map`, contents: encode(map) },
      ...[...addons].map(([name, contents]) => ({ path: `${dirname(entry)}/${name}`, contents })),
    ],
    notices: [],
  };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
