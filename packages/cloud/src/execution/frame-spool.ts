import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeFrame, type Frame, FrameDecoder } from "@dativo/protocol";

/** Frames that are kept for later: in memory, and in a temporary file once they are many. */
export class FrameSpool implements AsyncDisposable {
  private frames: Frame[] = [];
  private bytes = 0;
  private file: { readonly path: string; readonly handle: FileHandle } | undefined;

  constructor(private readonly memoryBytes: number) {}

  async add(frame: Frame): Promise<void> {
    this.frames.push(frame);
    this.bytes += frame.payload.length;
    if (this.bytes > this.memoryBytes) await this.toFile();
  }

  /** Gives the frames back in order, and is empty afterwards. */
  async *take(): AsyncGenerator<Frame, void, undefined> {
    const { file, frames } = this;
    this.forget();
    if (file !== undefined) {
      await file.handle.close();
      const decoder = new FrameDecoder();
      for await (const chunk of createReadStream(file.path, { highWaterMark: 1 << 20 }))
        yield* decoder.push(chunk as Uint8Array);
      decoder.end();
      await rm(file.path, { force: true });
    }
    yield* frames;
  }

  /** Drops the frames. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { file } = this;
    this.forget();
    if (file === undefined) return;
    await file.handle.close();
    await rm(file.path, { force: true });
  }

  private forget(): void {
    this.file = undefined;
    this.frames = [];
    this.bytes = 0;
  }

  private async toFile(): Promise<void> {
    if (this.file === undefined) {
      const path = join(tmpdir(), `dativo-held-${randomUUID()}`);
      this.file = { path, handle: await open(path, "wx", 0o600) };
    }
    for (const frame of this.frames) await this.file.handle.appendFile(encodeFrame(frame as never));
    this.frames = [];
    this.bytes = 0;
  }
}
