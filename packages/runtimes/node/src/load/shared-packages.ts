import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { findNearest } from "./nearest-file.js";

/** A package that this process has in memory anyway, so that plugins need no copy of their own. */
export interface SharedPackage {
  /** As plugins import it, such as `zod`. */
  readonly name: string;
  readonly version: string;
  /** Absolute path of an ES module that exports all that the package exports. */
  readonly file: string;
}

/**
 * The address of the module that stands for an import, if the very version that the plugin would get is shared.
 *
 * A plugin that has installed another version keeps that one.
 */
export function sharedModule(
  specifier: string,
  manifest: string | undefined,
  shared: readonly SharedPackage[],
): { readonly url: string; readonly file: string } | undefined {
  const candidate = shared.find(({ name }) => name === specifier);
  if (candidate === undefined || manifest === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version?: string };
  if (version !== candidate.version) return undefined;
  return { url: pathToFileURL(candidate.file).href, file: candidate.file };
}

/**
 * A package to share, as this process finds it.
 *
 * @param file absolute path of its entry, an ES module below its `package.json`
 * @example
 * sharedPackage("zod", fileURLToPath(import.meta.resolve("zod")))
 */
export function sharedPackage(name: string, file: string): SharedPackage {
  const { path } = findNearest(file, "package.json");
  if (path === undefined) throw new Error(`There is no package.json above ${file}`);
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
  return { name, version, file };
}
