import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DativoError } from "@dativo/protocol";

type Cloud = typeof import("@dativo/cloud");

/** The package that runs plugins in the cloud, and the clients of the providers with it. */
const PACKAGE = "@dativo/cloud";

/**
 * Loads what runs plugins in the cloud and coordinates runs by Restate: it is installed by those who need it, beside the command or in the project.
 *
 * @throws DativoError `CONFIGURATION_ERROR` when it is not installed
 */
export async function loadCloud(projectRoot: string, what = "cloud_execution"): Promise<Cloud> {
  try {
    return (await import(PACKAGE)) as Cloud;
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
  }
  try {
    const file = createRequire(join(projectRoot, "package.json")).resolve(PACKAGE);
    return (await import(pathToFileURL(file).href)) as Cloud;
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    throw new DativoError({
      code: "CONFIGURATION_ERROR",
      message: `${what} needs the package ${PACKAGE}, which is not installed.`,
      hint: `Install it in the project: npm install --save-dev ${PACKAGE}`,
    });
  }
}

/** Whether it is the package itself that was not found. */
function isMissing(thrown: unknown): boolean {
  const { code, message = "" } = (thrown ?? {}) as { code?: unknown; message?: string };
  return (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") && message.includes(PACKAGE);
}
