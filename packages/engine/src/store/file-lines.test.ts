import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fileLines } from "./file-lines.js";
import { folder } from "./testing/folder.js";

async function linesOf(text: string): Promise<string[]> {
  const file = join(folder(), "lines");
  writeFileSync(file, text);
  const lines: string[] = [];
  for await (const line of fileLines(file)) lines.push(line);
  return lines;
}

describe("the lines of a file", () => {
  it("end at line feeds and nowhere else", async () => {
    const texts = fc.array(
      fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(texts, fc.boolean(), async (lines, ended) => {
        const text = lines.join("\n") + (ended && lines.length > 0 ? "\n" : "");
        expect(await linesOf(text)).toEqual(lines);
      }),
      { numRuns: 60 },
    );
    expect(await linesOf("a\u2028b\u2029c\rd\n\ne")).toEqual(["a\u2028b\u2029c\rd", "", "e"]);
  });

  it("may be longer than a chunk, and characters may lie across two", async () => {
    const long = `"${"é😀x".repeat(200_000)}"`;
    expect(await linesOf(`${long}\n${long}\n1`)).toEqual([long, long, "1"]);
  });
});
