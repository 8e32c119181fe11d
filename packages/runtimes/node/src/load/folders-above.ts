import { dirname } from "node:path";

/** The folders that a file is in, innermost first, up to the root. */
export function foldersAbove(file: string): string[] {
  const folders: string[] = [];
  let folder = dirname(file);
  while (folders.at(-1) !== folder) {
    folders.push(folder);
    folder = dirname(folder);
  }
  return folders;
}
