import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const windows = process.platform === "win32";

/** The interpreter of the environment that the runtime's `scripts/test-environment.mjs` makes, with pandas and others. */
export const LIBRARIES_PYTHON = fileURLToPath(
  new URL(
    `../../../runtimes/python/.test-environment/${windows ? "Scripts/python.exe" : "bin/python"}`,
    import.meta.url,
  ),
);

/** Why tests that need pandas, polars and pyarrow are skipped, when they are. */
export const noLibraries = existsSync(LIBRARIES_PYTHON)
  ? undefined
  : "skipped: run node packages/runtimes/python/scripts/test-environment.mjs first";

/** Why tests that need Python are skipped, when they are. */
export const noPython = usable() ? undefined : "skipped: there is no Python 3.9 or newer here";

function usable(): boolean {
  try {
    const args = ["-c", "import sys; assert sys.version_info >= (3, 9)"];
    execFileSync(windows ? "py" : "python3", windows ? ["-3", ...args] : args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
