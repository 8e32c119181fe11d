import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findInterpreter } from "../find-interpreter.js";

const windows = process.platform === "win32";

/** The interpreter of the environment that `scripts/test-environment.mjs` makes, with the libraries that tests use. */
export const TEST_ENVIRONMENT = fileURLToPath(
  new URL(`../../.test-environment/${windows ? "Scripts/python.exe" : "bin/python"}`, import.meta.url),
);

/** Why tests that need the libraries cannot run here, when they cannot. */
export const noEnvironment = existsSync(TEST_ENVIRONMENT)
  ? undefined
  : "skipped: run node packages/runtimes/python/scripts/test-environment.mjs first";

/** Why tests that need Python alone cannot run here, when they cannot. */
export const noPython = findUsable() ? undefined : "skipped: there is no Python 3.9 or newer here";

function findUsable(): boolean {
  try {
    const { command, args } = findInterpreter({ projectRoot: "/", env: process.env });
    execFileSync(command, [...args, "-c", "import sys; assert sys.version_info >= (3, 9)"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}
