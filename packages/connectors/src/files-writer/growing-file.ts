import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { joinParquet } from "../parquet/join-parquet.js";
import type { CopiedFile } from "./copy-part.js";
import { remove, removeEmptyFolders, targetError } from "./durable-files.js";

/** A Parquet file that is written piece by piece: each piece is a file in a folder of its own until they are joined. */
export class GrowingFile {
  private pieces: CopiedFile[] = [];
  private written = 0;

  /** Bytes of all pieces. */
  get bytes(): number {
    return this.written;
  }

  async add(piece: CopiedFile): Promise<void> {
    const { size } = await stat(piece.path);
    this.pieces.push(piece);
    this.written += size;
  }

  /**
   * Makes one file of the pieces and forgets them; undefined when there are none.
   *
   * @throws DativoError `TARGET_FULL` or `TARGET_UNWRITABLE` naming the file, which is then removed with all pieces
   */
  async join(): Promise<CopiedFile | undefined> {
    const { pieces } = this;
    const paths = this.drop();
    const [path, ...others] = paths;
    if (path === undefined) return undefined;
    try {
      await joinParquet([path, ...others]);
    } catch (error) {
      await removePieces(paths).catch(() => undefined);
      throw targetError(path, error);
    }
    await removePieces(others);
    return { path, records: pieces.reduce((sum, { records }) => sum + records, 0) };
  }

  /** Forgets the pieces and returns where they lie. */
  drop(): string[] {
    const paths = this.pieces.map(({ path }) => path);
    this.pieces = [];
    this.written = 0;
    return paths;
  }
}

/** Removes pieces, and their folders where no other piece lies in them. */
async function removePieces(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await remove(path);
    await removeEmptyFolders(dirname(path), dirname(dirname(path)));
  }
}
