import { randomUUID } from "node:crypto";
import { copyFile, type FileHandle, link, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError, isMissing } from "./file-error.js";

/**
 * Replaces a file so that after a crash at any point there is either the old one or the new one, whole; durable
 * when it returns.
 *
 * @throws DativoError `TARGET_FULL`, `TARGET_UNWRITABLE`; the old file is then untouched
 */
export async function replaceFile(
  path: string,
  text: string,
  options: { readonly backup?: string } = {},
): Promise<void> {
  const folder = dirname(path);
  const temporary = `${path}.${process.pid}-${randomUUID()}.tmp`;
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (options.backup !== undefined) await keepCopy(path, options.backup);
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, path, "write");
  }
}

/** Gives the file a second name, so that the copy costs nothing and is there at once. */
async function keepCopy(path: string, backup: string): Promise<void> {
  const temporary = `${backup}.${process.pid}-${randomUUID()}.tmp`;
  try {
    await link(path, temporary).catch((error: unknown) => {
      if (isMissing(error)) throw error;
      return copyFile(path, temporary);
    });
    await rename(temporary, backup);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (!isMissing(error)) throw error;
  }
}

/** Makes a rename or a new name in a folder durable, where the platform has such a thing. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, "r");
    await handle.sync();
  } catch (error) {
    // Windows cannot open folders, and some network file systems cannot sync them.
    if (
      !["EISDIR", "EPERM", "EINVAL", "ENOTSUP", "EACCES"].includes(
        (error as NodeJS.ErrnoException).code ?? "",
      )
    )
      throw error;
  } finally {
    await handle?.close();
  }
}
