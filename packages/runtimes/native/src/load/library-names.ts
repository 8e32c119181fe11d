import { basename, dirname, join } from "node:path";

/** Suffix of shared libraries on each platform; those of the others are `.so`. */
const SUFFIXES: Partial<Record<NodeJS.Platform, string>> = { darwin: ".dylib", win32: ".dll" };

const LIBRARY = /\.(?:so|dylib|dll)$/i;

/** The suffix of shared libraries on a platform. */
export function librarySuffix(platform: NodeJS.Platform): string {
  return SUFFIXES[platform] ?? ".so";
}

/** Says whether a path names a shared library of any platform. */
export function isLibraryPath(path: string): boolean {
  return LIBRARY.test(path);
}

/** The name of a plugin by its library: the file without `lib` and suffix. */
export function pluginName(file: string): string {
  return basename(file)
    .replace(LIBRARY, "")
    .replace(/^lib(?=.)/, "");
}

/**
 * How a library that a job file names may be called on a platform, in the order in which the names are tried.
 *
 * A job file is written on one platform and runs on others: cargo calls the library `libshop.so` on Linux,
 * `libshop.dylib` on macOS and `shop.dll` on Windows. A name with this platform's suffix is tried first; otherwise the
 * name as it is written comes last, for its file can only be loaded when the suffix lies.
 *
 * @example
 * librarySpellings("target/release/libshop.so", "win32") // target/release/shop.dll, target/release/libshop.dll, …
 */
export function librarySpellings(location: string, platform: NodeJS.Platform): string[] {
  const suffix = librarySuffix(platform);
  const written = basename(location);
  const bare = written.replace(LIBRARY, "").replace(/^lib(?=.)/, "");
  const usual = platform === "win32" ? [bare, `lib${bare}`] : [`lib${bare}`, bare];
  const names = usual.map((name) => `${name}${suffix}`);
  const ordered = written.toLowerCase().endsWith(suffix) ? [written, ...names] : [...names, written];
  const folder = dirname(location);
  return [...new Set(ordered)].map((name) => (folder === "." ? name : join(folder, name)));
}
