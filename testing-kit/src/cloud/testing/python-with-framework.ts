import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The interpreter of the environment for tests of Python, which has the Functions Framework. */
export const PYTHON_WITH_FRAMEWORK = fileURLToPath(
  new URL("../../../../packages/runtimes/python/.test-environment/bin/python", import.meta.url),
);

/** Why tests that need it cannot run. */
export const noPythonFramework = existsSync(PYTHON_WITH_FRAMEWORK)
  ? undefined
  : "skipped: run node packages/runtimes/python/scripts/test-environment.mjs first";
