import { dirname, join } from "node:path";
import { IpcFileWriter } from "@dativo/columnar";
import type { ColumnBatch } from "@dativo/sdk";
import type { CopiedFile } from "./copy-part.js";
import { makeFolder, remove, targetError } from "./durable-files.js";

/**
 * Writes column batches of one schema as an Arrow file in a folder of its own.
 *
 * @throws DativoError `TARGET_FULL` or `TARGET_UNWRITABLE` naming the file, which is then removed
 */
export async function writeArrowPart(batches: readonly ColumnBatch[], folder: string): Promise<CopiedFile[]> {
  const [first] = batches;
  if (first === undefined) return [];
  const path = join(folder, "part_0.arrow");
  try {
    await makeFolder(dirname(path));
    const writer = await IpcFileWriter.create(path, first.schema);
    try {
      for (const batch of batches) await writer.append(batch);
      const { rows } = await writer.finish();
      return rows === 0 ? [] : [{ path, records: rows }];
    } catch (error) {
      await writer.abort();
      throw error;
    }
  } catch (error) {
    await remove(folder).catch(() => undefined);
    throw targetError(path, error);
  }
}
