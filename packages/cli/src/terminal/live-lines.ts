import type { Output } from "./output.js";
import { displayWidth } from "./table.js";

/** Lines at the bottom of a terminal that are drawn over, with ordinary lines above them. */
export class LiveLines {
  private drawn = 0;

  constructor(private readonly output: Output) {}

  /** Draws the lines in place of those drawn before; each is cut to the terminal's width. */
  draw(lines: readonly string[]): void {
    const cut = lines.map((line) => cutTo(line, this.output.columns - 1));
    this.output.write(`${this.erasing()}${cut.map((line) => `${line}\n`).join("")}`);
    this.drawn = cut.length;
  }

  /** Prints a line that stays, above the drawn ones, which must be drawn again. */
  above(line: string): void {
    this.output.write(`${this.erasing()}${line}\n`);
    this.drawn = 0;
  }

  clear(): void {
    this.output.write(this.erasing());
    this.drawn = 0;
  }

  private erasing(): string {
    return this.drawn === 0 ? "" : `\u001b[${this.drawn}A\r\u001b[0J`;
  }
}

/** Cuts a text to a width; colour codes take none and are all kept. */
export function cutTo(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 0;
  let cut = "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith("\u001b")) cut += part;
    else
      for (const character of part)
        if (width < columns - 1) {
          cut += character;
          width++;
        } else if (width === columns - 1) {
          cut += "…";
          width++;
        }
  }
  return cut;
}
