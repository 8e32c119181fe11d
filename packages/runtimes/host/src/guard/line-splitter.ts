import { StringDecoder } from "node:string_decoder";

/** Longest line that is kept, in characters; the rest of it is left out. */
const MAX_LINE = 8 * 1024;

/** Cuts printed text into lines, whatever chunks it comes in, in bounded memory. */
export class LineSplitter {
  private readonly decoder = new StringDecoder("utf8");
  private line = "";
  private omitted = 0;

  /** Takes a chunk and returns the lines that it completes, without their line ends. */
  push(chunk: string | Uint8Array): string[] {
    const parts = (typeof chunk === "string" ? chunk : this.decoder.write(Buffer.from(chunk))).split("\n");
    const last = parts.pop() ?? "";
    const lines = parts.map((part) => {
      this.append(part);
      return this.take();
    });
    this.append(last);
    return lines;
  }

  /** Returns the last line, when it had no line end. */
  end(): string[] {
    this.append(this.decoder.end());
    return this.line === "" ? [] : [this.take()];
  }

  private append(part: string): void {
    const room = MAX_LINE - this.line.length;
    this.line += part.slice(0, room);
    this.omitted += Math.max(0, part.length - room);
  }

  private take(): string {
    const line = this.line.endsWith("\r") ? this.line.slice(0, -1) : this.line;
    const text = this.omitted === 0 ? line : `${line}… (${this.omitted} more characters)`;
    this.line = "";
    this.omitted = 0;
    return text;
  }
}
