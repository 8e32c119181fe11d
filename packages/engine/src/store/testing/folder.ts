import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DativoError, isDativoError } from "@dativo/protocol";
import { onTestFinished } from "vitest";

/** A new folder, which the test removes. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "dativo-store-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The `DativoError` that a promise is rejected with. */
export async function rejection(work: Promise<unknown>): Promise<DativoError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (isDativoError(error)) return error;
  throw error ?? new Error("Nothing was thrown.");
}
