const SCRIPT = /\.[cm]?[jt]sx?$/i;
const TYPESCRIPT = /\.(?:[cm]?ts|tsx)$/i;
const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(?:\/[^./\\:]+)*$/i;
/** Suffixes that other runtimes load, or that nobody does. */
const OTHER_FILE = /\.(?:py|so|dylib|dll|rs|go|rb|java|jar|wasm|json|ya?ml)$/i;

/** Says whether a path names a JavaScript or TypeScript file. */
export function isScriptPath(path: string): boolean {
  return SCRIPT.test(path);
}

/** Says whether a path names a TypeScript file. */
export function isTypeScriptPath(path: string): boolean {
  return TYPESCRIPT.test(path);
}

/** Says whether a location can be the name of a package, such as `@acme/usgs` or `usgs/reader`. */
export function isPackageName(location: string): boolean {
  return PACKAGE.test(location) && !OTHER_FILE.test(location);
}

/** The name of the package that a bare import names, without the path inside it. */
export function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
