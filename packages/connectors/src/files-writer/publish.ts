import { access, readdir, readFile, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DativoError } from "@dativo/sdk";
import {
  filesBelow,
  makeFolder,
  remove,
  removeEmptyFolders,
  syncFolder,
  writeDurably,
} from "./durable-files.js";
import { type FileLayout, isOwnFileName } from "./file-layout.js";

/**
 * Moves staged files to where they belong; those that were moved before are left as they are, so that a commit that
 * was cut off can be made again.
 *
 * @throws DativoError `COMMIT_FAILED` when a file is neither staged nor moved
 */
export async function moveAll(staged: readonly string[], target: (staged: string) => string): Promise<void> {
  const folders = new Set<string>();
  for (const path of staged) {
    const to = target(path);
    await makeFolder(dirname(to));
    try {
      await rename(path, to);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
      if (await exists(to)) continue;
      throw new DativoError({
        code: "COMMIT_FAILED",
        message: `The staged file ${path} is gone, and ${to} does not exist.`,
        hint: "Something else removed it; run again with --full-refresh.",
        retryable: false,
        cause,
      });
    }
    folders.add(dirname(to));
    folders.add(dirname(path));
  }
  for (const folder of folders) await syncFolder(folder);
}

/**
 * Makes the generation of this run the only one: its files become visible, then those of earlier runs are removed.
 *
 * The list of files to remove is made durable before the first one becomes visible, so a replacement that was cut off
 * ends the same way when it is made again. Only files named the way this writer names them are removed.
 */
export async function replaceGeneration(layout: FileLayout): Promise<void> {
  const listed = await readFile(layout.replacement, "utf8").catch(() => undefined);
  let old: string[];
  if (listed === undefined) {
    const visible = await filesBelow(layout.folder);
    old = visible.filter((path) => isOwnFileName(basename(path)) && !layout.isOfThisRun(basename(path)));
    await makeFolder(layout.staging);
    await writeDurably(layout.replacement, JSON.stringify({ version: 1, remove: old }));
  } else old = (JSON.parse(listed) as { remove: string[] }).remove;
  await moveAll(await filesBelow(layout.generation), (staged) => layout.visiblePath(staged));
  for (const path of old) await remove(path);
  for (const folder of new Set(old.map((path) => dirname(path)))) {
    await removeEmptyFolders(folder, layout.folder);
    await syncFolder(layout.folder);
  }
  await removeForgottenGenerations(layout);
  await remove(layout.staging);
}

/** Removes what runs that were never finished had ready for this object; it has just been replaced. */
async function removeForgottenGenerations(layout: FileLayout): Promise<void> {
  const runs = await readdir(layout.stagingTop).catch(() => []);
  for (const run of runs) {
    const other = layout.stagingOf(run);
    if (other !== layout.staging) await remove(join(other, "generation"));
    await removeEmptyFolders(other, layout.stagingTop);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
