import type { Duplex } from "node:stream";
import { DativoError, encodeFrame, type Frame, FrameDecoder, type FrameInput } from "@dativo/protocol";

/** Who takes what comes through a channel. */
export interface FrameHandlers {
  frame(frame: Frame): void;
  /** Called once, when nothing more will come; with an error when the stream broke off or broke the protocol. */
  closed(error: unknown): void;
}

/** Frames in both directions over one byte stream. */
export class FrameChannel {
  private readonly decoder = new FrameDecoder();
  private isClosed = false;

  constructor(
    private readonly stream: Duplex,
    private readonly handlers: FrameHandlers,
  ) {
    stream.on("data", (chunk: Uint8Array) => this.take(chunk));
    stream.on("end", () => this.finish());
    stream.on("close", () => this.finish());
    stream.on("error", (error) => this.close(error));
  }

  /** Sends a frame; after the channel has closed it does nothing. */
  send(frame: FrameInput): void {
    if (!this.isClosed) this.stream.write(encodeFrame(frame));
  }

  /** Sends a frame and waits until the other side keeps up. */
  async sendFlowing(frame: FrameInput): Promise<void> {
    if (this.isClosed || this.stream.write(encodeFrame(frame))) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.stream.off("drain", done);
        this.stream.off("close", done);
        resolve();
      };
      this.stream.on("drain", done);
      this.stream.on("close", done);
    });
  }

  /** Sends what is left and closes this side. */
  end(): void {
    this.stream.end();
  }

  private take(chunk: Uint8Array): void {
    try {
      for (const frame of this.decoder.push(chunk)) this.handlers.frame(frame);
    } catch (error) {
      this.close(error);
      this.stream.destroy();
    }
  }

  private finish(): void {
    if (this.isClosed) return;
    try {
      this.decoder.end();
      this.close(undefined);
    } catch (error) {
      this.close(error);
    }
  }

  private close(error: unknown): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.handlers.closed(error);
  }
}

/** An answer that breaks the frame protocol. */
export function protocolError(message: string): DativoError {
  return new DativoError({ code: "ABI_VIOLATION", message });
}
