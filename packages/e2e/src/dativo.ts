import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { inject } from "vitest";

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings of one call of the command. */
export interface CallOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Is given the process as soon as it was started, such as to send it a signal. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** The installed `dativo`, a script for Node. */
export function installedCommand(): string {
  return join(inject("installation"), "node_modules", "dativo", "dist", "bin.js");
}

/** A folder of its own, beside the installation's node_modules, in which a stranger works. */
export class Project {
  readonly folder: string;

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    this.folder = mkdtempSync(join(inject("installation"), "project-"));
    writeFileSync(join(this.folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string | Uint8Array): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Starts the installed `dativo` here. */
  start(
    args: readonly string[],
    options: Pick<CallOptions, "env"> = {},
  ): ChildProcessByStdio<null, Readable, Readable> {
    return spawn(process.execPath, [installedCommand(), ...args], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", CI: "", ...options.env },
    });
  }

  /** Runs the installed `dativo` here and waits for its end. */
  dativo(args: readonly string[], options: CallOptions = {}): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = this.start(args, options);
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
      options.onStart?.(child);
    });
  }

  /** Rows of a SQL query over what the job wrote. */
  async query(sql: string, job: string): Promise<Record<string, unknown>[]> {
    const ended = await this.dativo(["query", sql, job, "--json"]);
    if (ended.code !== 0)
      throw new Error(`dativo query ended with ${ended.code}: ${ended.stderr}${ended.stdout}`);
    const document = JSON.parse(ended.stdout) as { rows: Record<string, unknown>[] };
    return document.rows;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
