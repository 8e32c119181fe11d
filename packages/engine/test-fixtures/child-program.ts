import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** How a child process ended. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A program of the test fixtures that can be run in processes of its own. */
export interface ChildProgram {
  /** Absolute path of the bundled program. */
  readonly script: string;
  run(argument: unknown, env?: Readonly<Record<string, string>>): Promise<ChildEnd>;
  remove(): Promise<void>;
}

/** Bundles a program of this folder, since Node cannot run TypeScript by itself on every supported version. */
export async function childProgram(name: string): Promise<ChildProgram> {
  const folder = await mkdtemp(join(tmpdir(), "dativo-child-"));
  const outfile = join(folder, "child.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["koffi", "@duckdb/*", "apache-arrow"],
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return {
    script: outfile,
    run: (argument, env = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [outfile, JSON.stringify(argument)], {
          env: { ...process.env, ...env },
          stdio: ["ignore", "ignore", "pipe"],
        });
        let stderr = "";
        child.stderr.on("data", (chunk: Buffer) => {
          stderr += chunk.toString();
        });
        child.on("error", reject);
        child.on("close", (code, signal) => resolve({ code, signal, stderr }));
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
