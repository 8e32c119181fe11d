import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { DativoError } from "@dativo/protocol";
import { syncFolder } from "./durable-file.js";
import { fileError, isMissing } from "./file-error.js";

/**
 * A file that only grows, whose length is known exactly: what a failed append leaves behind is cut off, so that
 * a later append never stands behind half a line.
 */
export class AppendFile {
  private broken = false;
  private pending: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    private length: number,
  ) {}

  /** Bytes that were appended whole. */
  get byteLength(): number {
    return this.length;
  }

  /** Opens or creates the file, durably, and cuts it to `keepBytes`. @default its length */
  static async open(path: string, keepBytes?: number): Promise<AppendFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, "r+").catch((error: unknown) => {
        if (isMissing(error)) return create(path);
        throw error;
      });
      const { size } = await handle.stat();
      const length = Math.min(size, keepBytes ?? size);
      if (length < size) {
        await handle.truncate(length);
        await handle.sync();
      }
      return new AppendFile(path, handle, length);
    } catch (error) {
      await handle?.close();
      throw fileError(error, path, "open");
    }
  }

  /** Appends, after what was appended before; durable when it returns only with `sync`. */
  append(bytes: Uint8Array, options: { readonly sync: boolean }): Promise<void> {
    return this.after(() => this.write(bytes, options.sync));
  }

  /** Makes everything appended before durable. */
  sync(): Promise<void> {
    return this.after(() =>
      this.handle.datasync().catch((error: unknown) => {
        throw fileError(error, this.path, "write");
      }),
    );
  }

  async close(): Promise<void> {
    await this.after(() => this.handle.close());
  }

  private after(work: () => Promise<void>): Promise<void> {
    const result = this.pending.then(work);
    this.pending = result.catch(() => undefined);
    return result;
  }

  private async write(bytes: Uint8Array, sync: boolean): Promise<void> {
    if (this.broken)
      throw new DativoError({
        code: "TARGET_UNWRITABLE",
        message: `${this.path} could not be mended after a failed write.`,
        hint: "Run again; the next run mends it.",
      });
    try {
      let written = 0;
      while (written < bytes.byteLength) {
        const { bytesWritten } = await this.handle.write(
          bytes,
          written,
          bytes.byteLength - written,
          this.length + written,
        );
        written += bytesWritten;
      }
      if (sync) await this.handle.datasync();
      this.length += bytes.byteLength;
    } catch (error) {
      await this.handle.truncate(this.length).catch(() => {
        this.broken = true;
      });
      throw fileError(error, this.path, "write");
    }
  }
}

async function create(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, "a+");
  await handle.close();
  await syncFolder(dirname(path));
  return open(path, "r+");
}
