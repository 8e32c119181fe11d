import { isBuiltin } from "node:module";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import type { PluginReference } from "@dativo/protocol";
import type { BuildResult, Plugin as EsbuildPlugin } from "esbuild";
import { buildError, isBuildFailure } from "./build-failure.js";
import { checkDeclaredContract } from "./declared-contract.js";
import { locatePlugin, type SearchOptions } from "./locate-plugin.js";
import { LOCATION_DEFINES, type LocationText, originalLocation } from "./original-location.js";
import { findTsconfig } from "./plugin-tsconfig.js";
import { packageOf } from "./reference-form.js";
import { resolvePackage } from "./resolve-package.js";
import { SHIPPED } from "./shipped-packages.js";

/** A plugin and all that it imports, as a module that works on another machine. */
export interface PortableBundle {
  /** Absolute path of the plugin's own file. */
  readonly file: string;
  /** Text of the module, which is to lie where the plugin's file lies among the project's other files. */
  readonly code: string;
  /** Source map of `code`; names no path of this machine. */
  readonly map: string;
  /** Compiled addons of packages that `code` loads from the folder it lies in, by name. */
  readonly addons: ReadonlyMap<string, Uint8Array>;
}

/** Marks a resolution that this bundler asked esbuild for, so that it is not asked itself again. */
const ASKED = Symbol("asked");

/**
 * Bundles a plugin with every package it imports. The same sources give the same text wherever the project lies.
 *
 * @throws DativoError `PLUGIN_NOT_FOUND`, `PLUGIN_LOAD_FAILED`, `PLUGIN_VERSION_INCOMPATIBLE`
 */
export async function portableBundle(
  reference: PluginReference,
  search: SearchOptions,
): Promise<PortableBundle> {
  const { file } = await locatePlugin(reference, search);
  checkDeclaredContract(file);
  let result: BuildResult<{ write: false }>;
  try {
    result = await bundle(file, search);
  } catch (error) {
    if (isBuildFailure(error)) throw buildError(error, reference, dirname(file), search.projectRoot);
    throw error;
  }
  const addons = new Map<string, Uint8Array>();
  let code = "";
  let map = "{}";
  for (const output of result.outputFiles) {
    if (output.path.endsWith(".node")) addons.set(basename(output.path), output.contents);
    else if (output.path.endsWith(".map")) map = output.text;
    else code = output.text;
  }
  return { file, code, map: portableMap(map, dirname(file), search.projectRoot), addons };
}

async function bundle(file: string, search: SearchOptions) {
  const { build } = await import("esbuild");
  const folder = dirname(file);
  const tsconfig = findTsconfig(file).path;
  return await build({
    absWorkingDir: folder,
    banner: { js: BANNER },
    bundle: true,
    charset: "utf8",
    define: LOCATION_DEFINES,
    entryPoints: { plugin: file },
    format: "esm",
    keepNames: true,
    legalComments: "none",
    loader: { ".node": "copy" },
    logLevel: "silent",
    // Names of files stand in what is not minified.
    minify: true,
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    platform: "node",
    plugins: [originalLocation(() => {}, locationFrom(folder)), bundledPackages(search.fallbackResolveFrom)],
    sourcemap: "external",
    sourcesContent: false,
    target: "node22",
    ...(tsconfig === undefined ? { tsconfigRaw: {} } : { tsconfig }),
    write: false,
  });
}

/** `require` for CommonJS files in the bundle, and where a file lies that lay so from the plugin's. */
const BANNER = [
  'import { createRequire as __dativo_createRequire } from "node:module";',
  'import { fileURLToPath as __dativo_path } from "node:url";',
  "var require = __dativo_createRequire(import.meta.url);",
  "var __dativo_at = (path) => new URL(path, import.meta.url).href;",
].join(" ");

function locationFrom(folder: string): (path: string) => LocationText {
  return (path) => {
    const at = (target: string) => `__dativo_at(${JSON.stringify(portablePath(target, folder))})`;
    return {
      url: at(path),
      filename: `__dativo_path(${at(path)})`,
      folder: `__dativo_path(${at(dirname(path))})`,
    };
  };
}

/** Takes every package into the bundle; those that come with Dativo also for projects that have not installed them. */
function bundledPackages(fallbackResolveFrom: readonly string[]): EsbuildPlugin {
  return {
    name: "dativo-bundled-packages",
    setup(build) {
      build.onResolve({ filter: /^[^./#]/ }, async ({ path, pluginData, ...args }) => {
        const { kind, importer, namespace, resolveDir } = args;
        if (pluginData === ASKED || namespace !== "file" || kind === "entry-point") return undefined;
        if (isBuiltin(path) || isAbsolute(path)) return undefined;
        const asked = await build.resolve(path, { kind, importer, resolveDir, pluginData: ASKED });
        if (asked.errors.length === 0) return { path: asked.path, external: asked.external };
        if (SHIPPED.has(packageOf(path)))
          for (const folder of fallbackResolveFrom) {
            const shipped = await resolvePackage(path, join(folder, "package.json"), "import");
            if (shipped !== undefined) return { path: shipped };
          }
        // What is imported only when it is needed may be missing until then.
        if (kind !== "import-statement") return { path, external: true };
        const text = `There is no package "${packageOf(path)}" to import "${path}" from`;
        return { errors: [{ text, detail: packageOf(path) }] };
      });
    },
  };
}

/** The map with sources as they lie from the plugin's folder; packages by what follows `node_modules`. */
function portableMap(text: string, folder: string, projectRoot: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  const sources = map.sources.map((source) => {
    // Made up by the bundler, which names the file it made them for.
    if (/^dativo-[a-z-]+:/.test(source)) return "dativo";
    const path = join(folder, source);
    return path.startsWith(projectRoot + sep) ? portablePath(path, folder) : (path.split(sep).at(-1) ?? path);
  });
  return JSON.stringify({ ...map, sources });
}

function portablePath(path: string, folder: string): string {
  const packaged = path.lastIndexOf(`${sep}node_modules${sep}`);
  const found = packaged < 0 ? relative(folder, path) : `.${path.slice(packaged)}`;
  return found.replaceAll(sep, "/");
}
