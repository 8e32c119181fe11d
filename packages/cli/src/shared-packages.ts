import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SharedPackage } from "@dativo/runtime-node";

/**
 * The packages that are bundled into this command, and that plugins need not load again: it takes half of the time
 * that a small plugin needs to load. None while the command is not bundled.
 */
export function sharedPackages(): SharedPackage[] {
  const list = new URL("./shared-packages.json", import.meta.url);
  if (!existsSync(list)) return [];
  const packages = JSON.parse(readFileSync(list, "utf8")) as SharedPackage[];
  return packages.map(({ file, ...rest }) => ({ ...rest, file: fileURLToPath(new URL(file, list)) }));
}
