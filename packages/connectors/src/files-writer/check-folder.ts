import { mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DativoError } from "@dativo/sdk";
import { targetError } from "./durable-files.js";

/**
 * Says whether a folder can be written to, or made where it does not exist.
 *
 * @throws DativoError `TARGET_FULL` or `TARGET_UNWRITABLE` naming the path that is in the way
 */
export async function checkFolder(path: string): Promise<string> {
  let folder = path;
  for (;;) {
    const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw targetError(folder, error);
    });
    if (found !== undefined && !found.isDirectory())
      throw new DativoError({
        code: "TARGET_UNWRITABLE",
        message: `${folder} is a file, not a folder.`,
        hint: "Name a folder in target.connection.path.",
      });
    if (found !== undefined) break;
    folder = dirname(folder);
  }
  try {
    const probe = await mkdtemp(join(folder, ".dativo-check-"));
    await rmdir(probe);
  } catch (error) {
    throw targetError(folder, error);
  }
  return folder === path ? `${path} can be written to.` : `${path} does not exist yet and can be made.`;
}
