import { readFileSync } from "node:fs";
import { assertContractVersion, DativoError } from "@dativo/protocol";
import { findNearest } from "./nearest-file.js";

/**
 * Checks the contract version that the nearest `package.json` above a plugin declares as `"dativo": { "api": 1 }`;
 * one that declares none leaves it to the plugin's own word.
 *
 * @throws DativoError `PLUGIN_VERSION_INCOMPATIBLE`, `PLUGIN_LOAD_FAILED` when the file is not JSON
 */
export function checkDeclaredContract(file: string): void {
  const { path } = findNearest(file, "package.json");
  if (path === undefined) return;
  const api = read(path)?.dativo?.api;
  if (api !== undefined) assertContractVersion({ name: path, api });
}

function read(path: string): { readonly dativo?: { readonly api?: unknown } } | null {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new DativoError({
      code: "PLUGIN_LOAD_FAILED",
      message: `${path} cannot be read: ${(cause as Error).message}`,
      hint: "Correct that file.",
      details: { file: path },
      cause,
    });
  }
}
