// Makes the virtual environment that the tests of Python plugins use, in .test-environment beside this folder.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the tests use; the package itself needs none of it. */
const PACKAGES = [
  "pytest",
  "ruff",
  "mypy",
  "vermin",
  "pyarrow",
  "pandas",
  "polars",
  "numpy",
  "orjson",
  "requests",
  "httpx",
  "functions-framework",
];

const folder = fileURLToPath(new URL("../.test-environment", import.meta.url));
const windows = process.platform === "win32";
const python = join(folder, windows ? "Scripts/python.exe" : "bin/python");
const stamp = join(folder, "packages.txt");
const wanted = PACKAGES.join("\n");

if (!existsSync(python) || !existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  rmSync(folder, { recursive: true, force: true });
  const run = (command, args) => execFileSync(command, args, { stdio: "inherit" });
  run(windows ? "py" : "python3", [...(windows ? ["-3"] : []), "-m", "venv", folder]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES]);
  writeFileSync(stamp, wanted);
}
console.log(python);
