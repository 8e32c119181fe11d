import { dirname, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type Fingerprint, fingerprint } from "./fingerprint.js";
import { findNearest } from "./nearest-file.js";
import { LOCATION_DEFINES, originalLocation } from "./original-location.js";
import { packageImports } from "./package-imports.js";
import { findTsconfig } from "./plugin-tsconfig.js";
import type { SharedPackage } from "./shared-packages.js";

/** A plugin's own files as one module. */
export interface Bundle {
  readonly code: string;
  /** Everything that decides what the code is; when one changes, the bundle is stale. */
  readonly fingerprints: readonly Fingerprint[];
  /** Absolute paths of the files that are in it. */
  readonly sources: readonly string[];
}

/** Where packages come from that a plugin imports and has not installed, or need not load again. */
export interface PackageSearch {
  /** Folders from which packages that come with Dativo are resolved when the plugin has not installed them. */
  readonly fallbackResolveFrom: readonly string[];
  readonly shared: readonly SharedPackage[];
}

/**
 * Bundles a plugin's own files and the packages that come with Dativo for Node 20, and leaves other packages outside.
 *
 * @throws esbuild's `BuildFailure`
 */
export async function bundlePlugin(entry: string, packages: PackageSearch): Promise<Bundle> {
  const { build } = await import("esbuild");
  const fingerprints = new Map<string, Fingerprint>();
  const add = (found: readonly Fingerprint[]) => {
    for (const one of found) fingerprints.set(one.path, one);
  };
  const inlined = new Set<string>();
  const isOwn = (path: string) => ![...inlined].some((above) => path.startsWith(above + sep));
  const tsconfig = findTsconfig(entry);
  add(tsconfig.fingerprints);
  add(findNearest(entry, "package.json").fingerprints);
  const folder = dirname(entry);
  const result = await build({
    absWorkingDir: folder,
    banner: { js: requireFor(entry) },
    bundle: true,
    charset: "utf8",
    define: LOCATION_DEFINES,
    entryPoints: [entry],
    format: "esm",
    keepNames: true,
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
    outfile: resolve(folder, "plugin.mjs"),
    platform: "node",
    plugins: [
      originalLocation((input) => void (isOwn(input.path) && add([input]))),
      packageImports({ ...packages, onFingerprints: add, onInlined: (found) => inlined.add(found) }),
    ],
    sourcemap: "external",
    sourcesContent: false,
    target: "node20",
    ...(tsconfig.path === undefined ? { tsconfigRaw: {} } : { tsconfig: tsconfig.path }),
    write: false,
  });
  const sources = Object.keys(result.metafile.inputs)
    .filter((input) => !/^dativo-[a-z-]+:/.test(input))
    .map((input) => resolve(folder, input))
    .filter(isOwn);
  add(sources.filter((source) => !fingerprints.has(source)).map(fingerprint));
  const outputs = new Map(
    result.outputFiles.map((file) => [file.path.endsWith(".map") ? "map" : "code", file.text]),
  );
  const code = withSourceMap(outputs.get("code") ?? "", outputs.get("map") ?? "{}", folder);
  return { code, fingerprints: [...fingerprints.values()], sources };
}

/** `require` for CommonJS files in the bundle. */
function requireFor(entry: string): string {
  const url = JSON.stringify(pathToFileURL(entry).href);
  return `import { createRequire as __dativo_createRequire } from "node:module"; var require = __dativo_createRequire(${url});`;
}

/** Adds a source map whose sources are absolute, so that it holds wherever the code lies. */
function withSourceMap(code: string, text: string, folder: string): string {
  const map = JSON.parse(text) as { sources: string[] };
  const sources = map.sources.map((source) => pathToFileURL(resolve(folder, source)).href);
  const encoded = Buffer.from(JSON.stringify({ ...map, sources })).toString("base64");
  return `${code}//# sourceMappingURL=data:application/json;base64,${encoded}\n`;
}
