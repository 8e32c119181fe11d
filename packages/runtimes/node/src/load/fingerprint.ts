import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** What a bundle depends on: a file, with the hash of its content, or null for one that must not exist. */
export interface Fingerprint {
  readonly path: string;
  readonly hash: string | null;
}

/** A short hash of some content. */
export function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 32);
}

/** The fingerprint of a file as it is now. */
export function fingerprint(path: string): Fingerprint {
  try {
    return { path, hash: hashOf(readFileSync(path)) };
  } catch {
    return { path, hash: null };
  }
}
