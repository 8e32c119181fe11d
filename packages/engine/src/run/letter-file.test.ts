import { appendFile, readFile } from "node:fs/promises";
import { Redactor } from "@dativo/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { testFolder } from "../../test-fixtures/test-job.js";
import { DeadLetters } from "../store/dead-letters.js";
import { LetterFile } from "./letter-file.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeEach(async () => {
  folder = await testFolder();
});
afterEach(() => folder.remove());

const letter = (object: string, sequence: number, record: unknown = { id: 1n }) => ({
  object,
  sequence,
  record,
  index: 0,
  batch: 0,
  reason: "type",
});
const stored = async (file: string) => {
  const found: string[] = [];
  for await (const { object, sequence } of DeadLetters.read(file)) found.push(`${object}${sequence}`);
  return found;
};

it("keeps the letters of commits that are made, and goes on after them", async () => {
  const file = `${folder.path}/letters.jsonl`;
  const letters = new LetterFile(file, new Redactor());
  await Promise.all(
    ["a", "b", "a", "b"].map((object, at) => letters.append([letter(object, Math.floor(at / 2))])),
  );
  expect(await letters.sync()).toBe((await readFile(file)).length);
  await letters.close();
  await appendFile(file, '{"object":"a","sequence":0,"torn');
  await letters.discard((object, sequence) => object === "a" && sequence === 0);
  await letters.append([letter("c", 5)]);
  await letters.close();
  expect(await stored(file)).toEqual(["a0", "c5"]);
});

it("makes no file without letters", async () => {
  const file = `${folder.path}/letters.jsonl`;
  const letters = new LetterFile(file, new Redactor());
  await letters.discard(() => true);
  expect(await letters.sync()).toBe(0);
  await letters.close();
  await expect(readFile(file)).rejects.toMatchObject({ code: "ENOENT" });
});
