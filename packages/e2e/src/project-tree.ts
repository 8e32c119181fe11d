import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Every path of a folder with a hash of what is there; folders end in a slash. */
export type Tree = Readonly<Record<string, string>>;

/** What a run may leave below `.dativo`, whether it succeeds or fails: caches, locks, and its own folder. */
const KEPT_BY_A_RUN = [
  /^\.dativo\/$/,
  /^\.dativo\/\.gitignore$/,
  /^\.dativo\/cache\//,
  /^\.dativo\/locks\/([^/]+\.lock)?$/,
  /^\.dativo\/state\/$/,
  /^\.dativo\/runs\/$/,
  /^\.dativo\/runs\/[^/]+\/$/,
  /^\.dativo\/runs\/[^/]+\/(report|intent)\.json$/,
  /^\.dativo\/runs\/[^/]+\/(journal|log|dead-letters|replayed)\.jsonl$/,
];

/** What is in a folder now. */
export function treeOf(folder: string): Tree {
  const tree: Record<string, string> = {};
  for (const path of readdirSync(folder, { recursive: true }) as string[]) {
    const status = lstatSync(join(folder, path));
    if (status.isDirectory()) tree[`${path}/`] = "";
    else
      tree[path] = status.isFile()
        ? createHash("sha256")
            .update(readFileSync(join(folder, path)))
            .digest("hex")
        : "";
  }
  return tree;
}

/** Paths that were added, removed or changed, apart from those that every run may leave. */
export function changes(before: Tree, after: Tree): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths]
    .filter((path) => before[path] !== after[path] && !KEPT_BY_A_RUN.some((kept) => kept.test(path)))
    .sort();
}

/** Folders of runs that are there after and were not before. */
export function newRuns(before: Tree, after: Tree): string[] {
  return Object.keys(after).filter(
    (path) => /^\.dativo\/runs\/[^/]+\/$/.test(path) && before[path] === undefined,
  );
}
