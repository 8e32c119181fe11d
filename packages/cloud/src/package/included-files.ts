import { readFileSync } from "node:fs";
import { join } from "node:path";
import { glob } from "tinyglobby";
import type { PackageFile } from "./function-host.js";
import { packageFailed } from "./package-failed.js";
import { PROJECT } from "./plugin-package.js";

/**
 * The files that a job's `include` names, from the project folder. Names that start with a dot are never taken, since
 * secrets and state lie there.
 *
 * @throws DativoError `CLOUD_PACKAGE_FAILED` when a pattern names nothing, or something outside of the project
 */
export async function includedFiles(
  patterns: readonly string[],
  projectRoot: string,
): Promise<PackageFile[]> {
  const included = new Map<string, PackageFile>();
  for (const pattern of patterns) {
    const found = await glob(pattern, { cwd: projectRoot });
    const paths = found.filter((path) => !path.split("/").some((part) => /^\.[^.]/.test(part)));
    const outside = paths.find((path) => path.startsWith("../"));
    if (outside !== undefined || paths.length === 0)
      throw packageFailed(
        outside === undefined
          ? `cloud_execution.include names "${pattern}", and there is no such file below ${projectRoot}.`
          : `cloud_execution.include names "${pattern}", which lies outside of ${projectRoot}.`,
        "Patterns start at the project folder, such as plugins/lookups/*.json; names with a leading dot are left out.",
        { pattern },
      );
    for (const path of paths)
      included.set(path, { path: `${PROJECT}/${path}`, contents: readFileSync(join(projectRoot, path)) });
  }
  return [...included.values()];
}
