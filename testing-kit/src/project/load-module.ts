import { randomUUID } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { DativoError } from "@dativo/protocol";

/**
 * Imports a module of the project under test; TypeScript is compiled first.
 *
 * The compiled code is put beside its source for a moment, so that relative paths and `import.meta` mean the same.
 *
 * @throws DativoError `CONFIG_INVALID` when it cannot be imported
 */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  try {
    if (!/\.[mc]?ts$/.test(path)) return await import(pathToFileURL(path).href);
    const { build } = await import("esbuild");
    const { outputFiles } = await build({
      entryPoints: [path],
      bundle: true,
      packages: "external",
      format: "esm",
      platform: "node",
      target: "node20",
      write: false,
      logLevel: "silent",
    });
    const compiled = join(dirname(path), `.dativo-test-${randomUUID()}.mjs`);
    writeFileSync(compiled, outputFiles[0]?.contents ?? "");
    try {
      return await import(pathToFileURL(compiled).href);
    } finally {
      rmSync(compiled, { force: true });
    }
  } catch (cause) {
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: `${path} could not be imported: ${(cause as Error).message}`,
      cause,
    });
  }
}
