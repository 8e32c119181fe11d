import type { Writable } from "node:stream";
import pc from "picocolors";

/** Colours of one stream; plain when the stream shows none. */
export type Colours = ReturnType<typeof pc.createColors>;

interface TerminalStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Whether a stream shows colour: FORCE_COLOR, then NO_COLOR, then whether it is a terminal. */
export function showsColour(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  const force = env.FORCE_COLOR;
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  return isTerminal && env.TERM !== "dumb";
}

/** Standard output or standard error: colours, width, and quiet when whoever read it has gone. */
export class Output {
  readonly colours: Colours;
  private open = true;
  private failed: Error | undefined;

  constructor(
    private stream: TerminalStream,
    colour: boolean,
  ) {
    this.colours = pc.createColors(colour);
    this.watch(stream);
  }

  /** Writes to another stream from now on. */
  moveTo(stream: TerminalStream): void {
    this.watch(stream);
    this.stream = stream;
  }

  private watch(stream: TerminalStream): void {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      this.open = false;
      // `dativo … | head` closes the pipe early, which is no failure; a full disk below a redirect is.
      if (error.code !== "EPIPE" && error.code !== "EIO") this.failed = error;
    });
  }

  /** Why not everything could be written, when it was not because its reader has gone. */
  get failure(): Error | undefined {
    return this.failed;
  }

  /** False once the reader of a pipe has gone; what is written then is dropped. */
  get isOpen(): boolean {
    return this.open;
  }

  /** Whether so much waits to be read that whoever writes should wait for `flushed`. */
  get isFull(): boolean {
    return this.open && this.stream.writableNeedDrain;
  }

  get isTerminal(): boolean {
    return this.stream.isTTY === true;
  }

  /** Characters a line holds. */
  get columns(): number {
    // A terminal without a size says 0.
    return this.stream.columns || 80;
  }

  write(text: string): void {
    if (this.open) this.stream.write(text);
  }

  line(text = ""): void {
    this.write(`${text}\n`);
  }

  /** Settles when everything written has left the process. */
  async flushed(): Promise<void> {
    if (!this.open) return;
    // The callback comes after everything before it was written, or failed to be.
    await new Promise<void>((resolve) => void this.stream.write("", () => resolve()));
  }
}
