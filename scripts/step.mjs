import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root folder of the repository. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Runs one command of the repository with its own binaries on PATH, and ends this process when it fails. */
export function step(title, command, args, options = {}) {
  const { capture = false, env = {} } = options;
  console.log(`\n▸ ${title}`);
  const started = Date.now();
  const result = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ["ignore", capture ? "pipe" : "inherit", "inherit"],
    shell: process.platform === "win32",
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: "1",
      DO_NOT_TRACK: "1",
      ...env,
      PATH: `${join(ROOT, "node_modules", ".bin")}${delimiter}${process.env.PATH}`,
    },
  });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  if (result.status !== 0 && !options.allowFailure) {
    console.error(`✖ ${title} failed: ${command} ${args.join(" ")}`);
    process.exit(result.status ?? 1);
  }
  console.log(`  ${title}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Installs what package-lock.json names, unless that is already there, and builds every package. */
export function prepare() {
  const installed = join(ROOT, "node_modules", ".package-lock.json");
  const lock = join(ROOT, "package-lock.json");
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs)
    step("install", "npm", ["ci", "--no-fund", "--no-audit"]);
  step("build", "turbo", ["run", "build", "--output-logs=errors-only"]);
}
