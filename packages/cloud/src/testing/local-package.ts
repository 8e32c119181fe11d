import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { onTestFinished } from "vitest";
import type { FunctionManifest, PackagedPlugin } from "../package/function-manifest.js";

/** The host that is in every package of a Node plugin; `buildFirst` has bundled it. */
const HOST = fileURLToPath(new URL("../../dist/function/node-lambda.mjs", import.meta.url));

/** A function's package, unpacked in a folder of its own for the time of a test. */
export async function nodePackage(plugins: Readonly<Record<string, string>>): Promise<string> {
  const top = mkdtempSync(join(tmpdir(), "dativo-function-"));
  onTestFinished(() => rmSync(top, { recursive: true, force: true }));
  mkdirSync(join(top, "project"));
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
  const manifest: FunctionManifest = { version: 1, plugins: packaged, project: "project" };
  writeFileSync(join(top, "dativo.json"), JSON.stringify(manifest));
  return top;
}
