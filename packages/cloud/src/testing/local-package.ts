import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import type { FunctionManifest, PackagedPlugin } from "../package/function-manifest.js";

/** The host that is in every package of a Node plugin; `buildFirst` has bundled it. */
const HOST = fileURLToPath(new URL("../../dist/function/node-lambda.mjs", import.meta.url));

/** A package of Node plugins by their reference, unpacked in a folder of its own for the time of a test. */
export async function nodePackage(plugins: Readonly<Record<string, string>>): Promise<string> {
  const top = newPackage();
  copyFileSync(HOST, join(top, "index.mjs"));
  const packaged: PackagedPlugin[] = [];
  for (const [reference, file] of Object.entries(plugins)) {
    const entry = `plugin-${packaged.length}.mjs`;
    await build({
      bundle: true,
      entryPoints: [file],
      format: "esm",
      logLevel: "error",
      outfile: join(top, entry),
      platform: "node",
    });
    const [name = ""] = reference.split(":").slice(-1);
    const kind = /writer/i.test(reference) ? "writer" : "reader";
    packaged.push({ kind, reference, language: "node", entry, name });
  }
  return finished(top, packaged);
}

/** A package of one Python plugin that lies in a folder of fixtures. */
export function pythonPackage(folder: string, reference: string): string {
  const top = newPackage();
  for (const part of ["../../python/dativo_function", "../../../runtimes/python/python/dativo_ingest"]) {
    const source = fileURLToPath(new URL(part, import.meta.url));
    cpSync(source, join(top, basename(source)), { recursive: true });
  }
  const [file = "", name = ""] = reference.split(":");
  cpSync(join(folder, file), join(top, "project", file));
  const kind = /writer/i.test(reference) ? "writer" : "reader";
  return finished(top, [{ kind, reference, language: "python", entry: `project/${file}`, name }]);
}

function newPackage(): string {
  const top = mkdtempSync(join(tmpdir(), "dativo-function-"));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  mkdirSync(join(top, "project"));
  return top;
}

function finished(top: string, plugins: readonly PackagedPlugin[]): string {
  const manifest: FunctionManifest = { version: 1, plugins, project: "project" };
  writeFileSync(join(top, "dativo.json"), JSON.stringify(manifest));
  return top;
}
