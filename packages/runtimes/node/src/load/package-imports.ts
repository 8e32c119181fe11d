import { isBuiltin } from "node:module";
import { dirname, isAbsolute, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin as EsbuildPlugin, OnResolveArgs, OnResolveResult, PluginBuild } from "esbuild";
import { type Fingerprint, fingerprint } from "./fingerprint.js";
import { findNearest } from "./nearest-file.js";
import { isTypeScriptPath, packageOf } from "./reference-form.js";
import { type ResolveKind, resolvePackage } from "./resolve-package.js";
import { type SharedPackage, sharedModule } from "./shared-packages.js";
import { SHIPPED } from "./shipped-packages.js";

/** Marks a resolution that this plugin asked esbuild for, so that it is not asked itself again. */
const ASKED = Symbol("asked");

/**
 * Leaves packages out of the bundle: their imports become absolute addresses, so that the bundle works wherever it
 * lies. Packages that ship TypeScript, and aliases of `tsconfig.json`, are bundled like the plugin's own files.
 *
 * The packages that come with Dativo are those that this process shares, or else are bundled too: they are some two
 * hundred files, and finding each of them takes most of the time that a plugin needs to load. What they export is
 * recognised by brand, so a second copy does no harm.
 */
export function packageImports(options: {
  readonly fallbackResolveFrom: readonly string[];
  readonly shared: readonly SharedPackage[];
  /** Takes the files that decide where an import leads. */
  readonly onFingerprints: (fingerprints: readonly Fingerprint[]) => void;
  /** Takes the folder of a package that is bundled and does not belong to the plugin's own files. */
  readonly onInlined: (folder: string) => void;
}): EsbuildPlugin {
  return {
    name: "dativo-package-imports",
    setup(build) {
      build.onResolve({ filter: /^[^./#]/ }, async (args) => {
        if (args.kind === "entry-point" || args.namespace !== "file" || args.pluginData === ASKED)
          return undefined;
        if (isAbsolute(args.path) || /^(?:data|https?|file):/.test(args.path)) return undefined;
        if (isBuiltin(args.path)) return { path: args.path, external: true };
        return await resolveImport(build, args);
      });
    },
  };

  async function resolveImport(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult> {
    const kind: ResolveKind = args.kind.startsWith("require") ? "require" : "import";
    // The package as the importing file sees it, and the nearer places where one could appear.
    options.onFingerprints(
      findNearest(args.importer, join("node_modules", packageOf(args.path), "package.json")).fingerprints,
    );
    const found =
      (await resolvePackage(args.path, args.importer, kind)) ?? (await resolveShipped(args.path, kind));
    if (found !== undefined) {
      if (isTypeScriptPath(found)) return { path: found };
      if (kind === "import" && SHIPPED.has(packageOf(args.path))) {
        const manifest = findNearest(found, "package.json");
        options.onFingerprints([...manifest.fingerprints, fingerprint(found)]);
        const shared = sharedModule(args.path, manifest.path, options.shared);
        if (shared !== undefined) {
          options.onFingerprints([fingerprint(shared.file)]);
          return { path: shared.url, external: true };
        }
        // An installed package changes with its manifest; one that is linked from a workspace changes file by file.
        if (manifest.path !== undefined && found.split(sep).includes("node_modules"))
          options.onInlined(dirname(manifest.path));
        return { path: found };
      }
      return { path: kind === "require" ? found : pathToFileURL(found).href, external: true };
    }
    const { path, errors } = await build.resolve(args.path, {
      kind: args.kind,
      importer: args.importer,
      resolveDir: args.resolveDir,
      pluginData: ASKED,
    });
    if (errors.length === 0 && !path.split(sep).includes("node_modules")) return { path };
    // What is imported only when it is needed may be missing until then.
    if (args.kind !== "import-statement") return { path: args.path, external: true };
    return {
      errors: [
        {
          text: `There is no package "${packageOf(args.path)}" to import "${args.path}" from`,
          detail: packageOf(args.path),
        },
      ],
    };
  }

  async function resolveShipped(specifier: string, kind: ResolveKind): Promise<string | undefined> {
    if (!SHIPPED.has(packageOf(specifier))) return undefined;
    for (const folder of options.fallbackResolveFrom) {
      const found = await resolvePackage(specifier, join(folder, "package.json"), kind);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
