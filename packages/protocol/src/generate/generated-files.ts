import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Artifact } from "./artifact.js";

/** Folders that hold generated files and nothing else. */
const FOLDERS = ["schemas", "fixtures"];

/** Paths of files that are missing, that differ, or that nothing generates any more; sorted. */
export async function staleFiles(packageRoot: string, artifacts: readonly Artifact[]): Promise<string[]> {
  const wanted = new Map(artifacts.map(({ path, content }) => [path, content]));
  const stale: string[] = [];
  for (const [path, content] of wanted) {
    const committed = await readFile(join(packageRoot, path)).catch(() => undefined);
    if (committed === undefined || !committed.equals(content)) stale.push(path);
  }
  for (const path of await presentFiles(packageRoot)) if (!wanted.has(path)) stale.push(path);
  return stale.sort();
}

/** Writes the artifacts, and removes files that nothing generates any more. */
export async function writeFiles(packageRoot: string, artifacts: readonly Artifact[]): Promise<void> {
  for (const { path, content } of artifacts) {
    await mkdir(dirname(join(packageRoot, path)), { recursive: true });
    await writeFile(join(packageRoot, path), content);
  }
  for (const path of await staleFiles(packageRoot, artifacts)) await rm(join(packageRoot, path));
}

async function presentFiles(packageRoot: string): Promise<string[]> {
  const found = await Promise.all(
    FOLDERS.map(async (folder) => {
      const names = await readdir(join(packageRoot, folder)).catch(() => []);
      return names.map((name) => `${folder}/${name}`);
    }),
  );
  return found.flat();
}
