import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileError, isMissing } from "../store/file-error.js";
import type { RunDirectory } from "../store/run-directory.js";

/**
 * Joins the dead letters of the parts of a run that is done into the run's own, which can be replayed; returns their
 * file, or undefined when there are none.
 */
export async function joinLetters(
  run: RunDirectory,
  parts: readonly RunDirectory[],
): Promise<string | undefined> {
  const file = run.deadLettersFile;
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    let isEmpty = true;
    for (const { deadLettersFile } of parts) {
      if ((await sizeOf(deadLettersFile)) === 0) continue;
      await pipeline(
        createReadStream(deadLettersFile),
        createWriteStream(temporary, { flags: isEmpty ? "w" : "a" }),
      );
      isEmpty = false;
    }
    if (isEmpty) return undefined;
    const handle = await open(temporary, "r+");
    await handle.sync().finally(() => handle.close());
    await rename(temporary, file);
    return file;
  } catch (error) {
    throw fileError(error, file, "write");
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}
