import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * Runs one contestant in a process of its own and returns what it measured.
 *
 * A contestant prints one JSON document on its last line; peak memory is read from the kernel when the process ends,
 * so that one contestant's garbage is not another's.
 */
export async function contestant(name, args = [], options = {}) {
  const file = fileURLToPath(new URL(`contestants/${name}.mjs`, import.meta.url));
  const { stdout } = await run(
    process.execPath,
    [...(options.nodeOptions ?? []), file, ...args.map(String)],
    options,
  );
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

/** Runs a command to its end; rejects when it fails. Returns its output and its wall time in seconds. */
export function run(command, args, { env = {}, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      const wall = Number(process.hrtime.bigint() - started) / 1e9;
      if (code === 0) resolve({ stdout, stderr, wall });
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}\n${stderr.slice(-2000)}`));
    });
  });
}
