import { spawn } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";
import type { Project } from "./dativo.js";

/** Runs the installed `dativo-test` in a project. */
export function dativoTest(
  project: Project,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const command = join(inject("installation"), "node_modules", "@dativo", "testing-kit", "dist", "bin.js");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: project.folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
