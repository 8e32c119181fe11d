import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { access, mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DativoError, isDativoError } from "@dativo/sdk";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const FULL_MESSAGE = /no space left|disk quota|file too large|could not write all bytes/i;

/** The error of a file that could not be written, naming its path. */
export function targetError(path: string, cause: unknown): DativoError {
  if (isDativoError(cause) && (cause.code === "INTERRUPTED" || cause.code.startsWith("TARGET_SCHEMA")))
    return cause;
  const { code, message } = cause as { readonly code?: string; readonly message: string };
  const full = code === "TARGET_FULL" || FULL.has(code ?? "") || FULL_MESSAGE.test(message);
  return new DativoError({
    code: full ? "TARGET_FULL" : "TARGET_UNWRITABLE",
    message: `${path} cannot be written: ${message}`,
    ...(code === "ENOTDIR" || code === "EEXIST"
      ? {
          hint: "A part of this path is a file where a folder belongs; name another one in target.connection.path.",
        }
      : {}),
    details: { path },
    cause,
  });
}

/**
 * Makes a folder and those above it, and makes that durable.
 *
 * A dozen short system calls are made at once: while records stream through this process, each asynchronous one would
 * wait for a turn of the event loop, and the file that is to be written into the folder with it.
 */
export async function makeFolder(path: string): Promise<void> {
  let first: string | undefined;
  try {
    first = mkdirSync(path, { recursive: true });
  } catch (error) {
    await tellWhy(path, error);
  }
  if (first === undefined) return;
  for (let folder = path; folder.length >= first.length; folder = dirname(folder))
    syncFolderNow(dirname(folder));
}

/** Node says ENOENT of whole paths that a read-only disk refuses; making the first missing folder by itself says why. */
async function tellWhy(path: string, error: unknown): Promise<never> {
  let missing = path;
  while (dirname(missing) !== missing && !(await exists(dirname(missing)))) missing = dirname(missing);
  await mkdir(missing);
  throw error;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Waits until the contents of a file are on disk. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Waits until the names in a folder are on disk; where folders cannot be opened (Windows) there is nothing to wait for. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync().catch(unlessUnsupported);
  } finally {
    await handle.close();
  }
}

function syncFolderNow(path: string): void {
  let handle: number;
  try {
    handle = openSync(path, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(handle);
  } catch (error) {
    unlessUnsupported(error as NodeJS.ErrnoException);
  } finally {
    closeSync(handle);
  }
}

/** Some file systems cannot sync folders. */
function unlessUnsupported(error: NodeJS.ErrnoException): void {
  if (error.code !== "EINVAL" && error.code !== "EPERM") throw error;
}

/** Writes a small file so that after a crash it is there as a whole or not at all. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Removes a folder if it is empty or gone already, and those above it up to `top`, which stays. */
export async function removeEmptyFolders(path: string, top: string): Promise<void> {
  for (let folder = path; folder.length > top.length && folder.startsWith(top); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") return;
    }
  }
}

/** Removes a file or a folder with all in it; what is not there is fine. */
export async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((error: NodeJS.ErrnoException) => {
    // Nothing is there when a part of the path is a file.
    if (error.code !== "ENOTDIR") throw error;
  });
}

/** All files below a folder; none when the folder does not exist. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await filesBelow(path)));
    else if (entry.isFile()) found.push(path);
  }
  return found.sort();
}
