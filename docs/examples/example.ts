import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const BIN = join(dirname(require.resolve("dativo/package.json")), "dist", "bin.js");

/** A copy of an example in a folder of its own, in which its commands are run. */
export class Example implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "dativo-example-"));

  /** @param testFile `import.meta.url` of the example's test */
  constructor(testFile: string) {
    const own = dirname(fileURLToPath(testFile));
    const generated = new Set([".dativo", "data", "out"]);
    cpSync(own, this.folder, { recursive: true, filter: (path) => !generated.has(basename(path)) });
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Runs `dativo` and gives its exit code and what it printed. */
  dativo(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [BIN, ...args], {
        cwd: this.folder,
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, NO_COLOR: "1", ...env },
      });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** Runs a job and gives its report. */
  async run(job: string, env: Readonly<Record<string, string>> = {}) {
    const { stdout, stderr } = await this.dativo(["run", job, "--json"], env);
    if (!stdout.startsWith("{")) throw new Error(`dativo run ${job}: ${stderr}${stdout}`);
    return JSON.parse(stdout);
  }

  /** Rows of a query over what a job wrote. */
  async query(
    sql: string,
    job: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Record<string, unknown>[]> {
    const { code, stdout, stderr } = await this.dativo(["query", sql, job, "--json"], env);
    if (code !== 0) throw new Error(`dativo query: ${stderr}${stdout}`);
    return JSON.parse(stdout).rows;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Path of a data set of the npm package vega-datasets. */
export function vegaData(name: string): string {
  return join(dirname(require.resolve("vega-datasets")), "..", "data", name);
}
