import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A script that real processes run. */
export interface ChildScript {
  /** Starts a process; it gets `args` and talks through messages. */
  start(...args: readonly string[]): ChildProcess;
  /** Removes the script. */
  remove(): void;
}

/** Bundles a script, whose imports `./x.js` are those of `src/store`, so that a process can run it without a build. */
export async function childScript(source: string): Promise<ChildScript> {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "dativo-child-")));
  const file = join(path, "child.mjs");
  await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL("..", import.meta.url)), loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile: file,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  writeFileSync(join(path, "package.json"), '{"type":"module"}');
  return {
    start: (...args) => fork(file, args, { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** The next message of a process; rejects when the process ends without one. */
export function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null) =>
      reject(new Error(`the process ended with ${signal ?? code}`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as T);
    });
  });
}

/** Ends a process as a crash does, and waits until it is gone. */
export function crash(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
