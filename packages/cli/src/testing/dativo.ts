import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The bundled command. */
export const BIN = fileURLToPath(new URL("../../dist/bin.js", import.meta.url));

/** What a finished command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DativoOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the real command in a folder, with an environment that holds nothing of the machine's. */
export function dativo(words: readonly string[], options: DativoOptions): Promise<Finished> {
  return finished(start(words, options));
}

/** Starts the real command. */
export function start(words: readonly string[], { cwd, env = {} }: DativoOptions): ChildProcess {
  return spawn(process.execPath, [BIN, ...words], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, TZ: "UTC", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Settles when a command has ended and its output was read. */
export function finished(child: ChildProcess): Promise<Finished> {
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.on("data", (data: Buffer) => {
      output[name] += data.toString("utf8");
    });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, ...output }));
  });
}

/** A project folder of its own, holding the files given. */
export function project(
  files: Readonly<Record<string, string>> = {},
): Disposable & { readonly path: string } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "dativo-cli-")));
  for (const [name, text] of Object.entries({ "package.json": "{}", ...files })) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
