// Runs Python in the virtual environment of this project, on every platform; --setup makes the environment.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const windows = process.platform === "win32";
const python = windows ? join(".venv", "Scripts", "python.exe") : join(".venv", "bin", "python");
const words = process.argv.slice(2);

if (words[0] === "--setup") {
  if (!existsSync(python))
    run(windows ? "py" : "python3", [...(windows ? ["-3"] : []), "-m", "venv", ".venv"]);
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", ".[dev]"]);
} else {
  if (!existsSync(python)) {
    console.error(
      "There is no virtual environment yet. Make it: npm install, or node scripts/python.mjs --setup",
    );
    process.exit(2);
  }
  run(python, words);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 2);
}
