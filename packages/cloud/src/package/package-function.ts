import type { PluginReference } from "@dativo/protocol";
import { targetPlatform } from "../config/target-platform.js";
import type { DeployOptions, FunctionRequest } from "../deploy/function-deployer.js";
import { checkSize, largestParts } from "./check-size.js";
import type { PackageFile } from "./function-host.js";
import { functionHost } from "./function-hosts.js";
import { type FunctionManifest, MANIFEST_FILE, type PackagedPlugin } from "./function-manifest.js";
import type { FunctionPackage } from "./function-package.js";
import { includedFiles } from "./included-files.js";
import { packageFailed } from "./package-failed.js";
import { type PluginPackage, type PluginSource, PROJECT } from "./plugin-package.js";
import { archive } from "./zip.js";

/** How the plugins of each language are packaged; read once a job names one. */
const PACKAGERS: Readonly<
  Record<PackagedPlugin["language"], (source: PluginSource) => Promise<PluginPackage>>
> = {
  node: async (source) => (await import("./node-plugin.js")).packageNodePlugin(source),
  native: async (source) => (await import("./native-plugin.js")).packageNativePlugin(source),
  python: async (source) => (await import("./python-plugin.js")).packagePythonPlugin(source),
};

/**
 * Packages the plugins of a job for the function that they are to run in. The same sources give the same bytes, on
 * any machine.
 *
 * @throws DativoError `CLOUD_PACKAGE_FAILED`, `CLOUD_PACKAGE_TOO_LARGE`, `PLUGIN_NOT_FOUND`, `PLUGIN_LOAD_FAILED`
 */
export async function packageFunction(
  request: FunctionRequest,
  { signal, onProgress = () => {} }: DeployOptions,
): Promise<FunctionPackage> {
  const { execution, plugins, projectRoot, searchPaths, redactor } = request;
  const platform = targetPlatform(execution);
  const parts: PluginPackage[] = [];
  for (const plugin of plugins)
    parts.push(
      await PACKAGERS[languageOf(plugin.reference)]({
        plugin,
        execution,
        projectRoot,
        searchPaths,
        redactor,
        signal,
        onProgress,
        ...(request.python === undefined ? {} : { python: request.python }),
      }),
    );
  const manifest: FunctionManifest = {
    version: 1,
    plugins: parts.map(({ plugin }) => plugin),
    project: PROJECT,
  };
  const host = functionHost(execution.provider, hostLanguage(parts), platform);
  const files = distinct([
    ...host.files,
    { path: MANIFEST_FILE, contents: new TextEncoder().encode(JSON.stringify(manifest)) },
    ...(await includedFiles(execution.include, projectRoot)),
    ...parts.flatMap((part) => part.files),
  ]);
  const packed = archive(files);
  const doubts = checkSize(execution, packed, files);
  return {
    ...packed,
    runtime: execution.runtime,
    handler: host.handler,
    architecture: platform.architecture,
    environment: host.environment,
    manifest,
    largest: largestParts(files),
    notices: [...new Set([...parts.flatMap(({ notices }) => notices), ...doubts])],
  };
}

/** The language that a plugin's file is written in, from its ending. */
export function languageOf({ location }: PluginReference): PackagedPlugin["language"] {
  if (/\.py$/i.test(location)) return "python";
  return /\.(?:so|dylib|dll)$/i.test(location) ? "native" : "node";
}

/** The one host that runs all plugins of a function; that of shared libraries runs Node plugins too. */
function hostLanguage(parts: readonly PluginPackage[]): PackagedPlugin["language"] {
  const languages = new Set(parts.map(({ plugin }) => plugin.language));
  if (languages.has("python") && languages.size > 1)
    throw packageFailed(
      `${parts.map(({ plugin }) => plugin.reference).join(" and ")} cannot run in one function: one needs Python, the other Node.`,
      "Let reader and writer run in functions of their own.",
    );
  return languages.has("python") ? "python" : languages.has("native") ? "native" : "node";
}

/** One file a path, the last one that was given. */
function distinct(files: readonly PackageFile[]): PackageFile[] {
  return [...new Map(files.map((file) => [file.path, file])).values()];
}
