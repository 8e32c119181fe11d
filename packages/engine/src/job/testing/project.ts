import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DativoError, isDativoError } from "@dativo/protocol";
import { onTestFinished } from "vitest";

/** Writes files to a new folder, `package.json` included unless it is null; the absolute folder, which the test removes. */
export function project(files: Readonly<Record<string, string | Uint8Array | null>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "dativo-engine-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries({ "package.json": "{}", ...files })) {
    if (content === null) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The `DativoError` that a function throws. */
export function errorOf(work: () => unknown): DativoError {
  try {
    work();
  } catch (error) {
    if (isDativoError(error)) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}
