import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** How a package is asked for, which decides which of its entry points answers. */
export type ResolveKind = "import" | "require";

const IMPORT_CONDITIONS = new Set(["node", "import"]);

/**
 * The file that an import of a package in some file leads to, as Node finds it; undefined when there is none.
 *
 * Node itself resolves for other files than the importing one only behind a flag.
 */
export async function resolvePackage(
  specifier: string,
  importer: string,
  kind: ResolveKind,
): Promise<string | undefined> {
  if (kind === "require") return attempt(() => createRequire(importer).resolve(specifier));
  const { moduleResolve } = await import("import-meta-resolve");
  return attempt(() => fileURLToPath(moduleResolve(specifier, pathToFileURL(importer), IMPORT_CONDITIONS)));
}

const ABSENT = new Set([
  "ERR_INVALID_MODULE_SPECIFIER",
  "ERR_MODULE_NOT_FOUND",
  "ERR_PACKAGE_PATH_NOT_EXPORTED",
  "ERR_UNSUPPORTED_DIR_IMPORT",
  "MODULE_NOT_FOUND",
]);

function attempt(resolve: () => string): string | undefined {
  try {
    return resolve();
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
