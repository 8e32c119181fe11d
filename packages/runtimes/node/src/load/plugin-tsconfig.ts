import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Fingerprint, fingerprint } from "./fingerprint.js";
import { findNearest, type NearestFile } from "./nearest-file.js";

/** Finds the nearest `tsconfig.json` above a plugin, and those that it extends by a relative path. */
export function findTsconfig(entry: string): NearestFile {
  const { path, fingerprints } = findNearest(entry, "tsconfig.json");
  return {
    path,
    fingerprints: path === undefined ? fingerprints : [...fingerprints, ...extendedBy(path, [path])],
  };
}

function extendedBy(path: string, known: string[]): Fingerprint[] {
  const found: Fingerprint[] = [];
  for (const [, target = ""] of readFileSync(path, "utf8").matchAll(/"extends"\s*:\s*"(\.[^"]+)"/g)) {
    const extended = resolve(dirname(path), target.endsWith(".json") ? target : `${target}.json`);
    if (known.includes(extended)) continue;
    known.push(extended);
    const own = fingerprint(extended);
    found.push(own, ...(own.hash === null ? [] : extendedBy(extended, known)));
  }
  return found;
}
