import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../testing/open-plugins.js";
import { isUtf8File } from "./utf8-file.js";

const CHUNK = 4 * 1024 * 1024;

function file(content: Buffer): string {
  const path = join(temporaryFolder(), "x");
  writeFileSync(path, content);
  return path;
}

it.each(["é", "€", "😀"])("finds %s wherever a chunk ends inside it", async (sign) => {
  const bytes = Buffer.from(sign);
  for (let before = 0; before <= bytes.length; before += 1)
    expect(
      await isUtf8File(file(Buffer.concat([Buffer.alloc(CHUNK - before, "a"), bytes, Buffer.from("b")]))),
    ).toBe(true);
});

it.each([0, CHUNK - 1, CHUNK, CHUNK + 5])("finds a byte that is no text at %i", async (at) => {
  const content = Buffer.alloc(CHUNK + 10, "a");
  content[at] = 0xff;
  expect(await isUtf8File(file(content))).toBe(false);
});

it("refuses a character that the file cuts off, and takes an empty file", async () => {
  expect(await isUtf8File(file(Buffer.from("a€").subarray(0, 3)))).toBe(false);
  expect(await isUtf8File(file(Buffer.alloc(0)))).toBe(true);
});
