import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REDACTED, Redactor } from "@dativo/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeadLetter, DeadLetters } from "./dead-letters.js";
import { folder, rejection } from "./testing/folder.js";

const letter = (record: unknown, more: Partial<DeadLetter> = {}): DeadLetter => ({
  object: "quakes",
  index: 3,
  reason: "not a number",
  path: "mag",
  expected: "number",
  got: '"x"',
  record,
  sequence: 1,
  batch: 0,
  ...more,
});

async function write(
  file: string,
  letters: readonly DeadLetter[],
  options: { keepBytes?: number; redactor?: Redactor } = {},
): Promise<number> {
  await using output = await DeadLetters.open(file, { redactor: new Redactor(), ...options });
  await output.append(letters);
  return output.sync();
}

async function all(file: string) {
  const letters = [];
  for await (const each of DeadLetters.read(file)) letters.push(each);
  return letters;
}

describe("dead letters", () => {
  it("come back whole and numbered, whatever the record is", async () => {
    const file = join(folder(), "d.jsonl");
    const records = [
      {
        id: 9007199254740993n,
        at: new Date(0),
        bytes: Uint8Array.of(1, 2),
        text: "a\nb\u2028é😀",
        nested: { list: [null, 1.5, -0] },
      },
      "not a record",
      null,
      42,
      { $dativo: "bigint", value: "mine" },
      { big: "x".repeat(3_000_000) },
    ];
    const bytes = await write(
      file,
      records.map((record) => letter(record)),
    );
    expect(bytes).toBe(statSync(file).size);
    expect(await all(file)).toEqual(records.map((record, number) => ({ ...letter(record), number })));
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(records.length + 1);
  });

  it("come back whole for any JSON record", async () => {
    const path = folder();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 4 }),
        async (records) => {
          const file = join(path, `${number++}`);
          await write(
            file,
            records.map((record) => letter(record)),
          );
          expect((await all(file)).map(({ record }) => record)).toEqual(records);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("hold no secrets, and stay readable when a secret looks like data", async () => {
    const redactor = new Redactor();
    for (const secret of ["hunter22", "9007199254740993", "bigint"]) redactor.add(secret);
    const file = join(folder(), "d.jsonl");
    await write(
      file,
      [
        letter(
          { password: "it is hunter22!", id: 9007199254740993n, n: 1, hunter22: true },
          { got: '"hunter22"', reason: "hunter22" },
        ),
      ],
      { redactor },
    );
    expect(readFileSync(file, "utf8")).not.toContain("hunter22");
    expect(await all(file)).toMatchObject([
      { got: `"${REDACTED}"`, record: { password: `it is ${REDACTED}!`, id: 9007199254740993n, n: 1 } },
    ]);
  });

  it("are all there when they come at once", async () => {
    const file = join(folder(), "d.jsonl");
    await using output = await DeadLetters.open(file, { redactor: new Redactor() });
    await Promise.all(Array.from({ length: 9 }, (_, n) => output.append([letter({ n })])));
    await output.sync();
    expect((await all(file)).map(({ record }) => record)).toEqual(
      Array.from({ length: 9 }, (_, n) => ({ n })),
    );
  });

  it("make no file before there are any", async () => {
    const file = join(folder(), "runs/r/d.jsonl");
    expect(await write(file, [])).toBe(0);
    expect(existsSync(file)).toBe(false);
    expect(await all(file)).toEqual([]);
  });

  it("after the last commit are cut off when the run goes on, so that none comes twice", async () => {
    const file = join(folder(), "d.jsonl");
    const committed = await write(file, [letter({ n: 1 })]);
    await write(file, [letter({ n: 2 })]);
    appendFileSync(file, '{"object":"qua');
    await write(file, [letter({ n: 2 }), letter({ n: 3 })], { keepBytes: committed });
    expect((await all(file)).map(({ record }) => record)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    await write(file, [], { keepBytes: 0 });
    expect(await all(file)).toEqual([]);
  });

  it("that were made durable and are gone are JOURNAL_CORRUPT", async () => {
    const file = join(folder(), "d.jsonl");
    expect(await rejection(write(file, [], { keepBytes: 10 }))).toMatchObject({
      code: "JOURNAL_CORRUPT",
      details: { bytes: 0, expected_bytes: 10 },
    });
  });

  it("that cannot be read are JOURNAL_CORRUPT with their line; an unfinished last one is left out", async () => {
    const file = join(folder(), "d.jsonl");
    await write(file, [letter({ n: 1 }), letter({ n: 2 })]);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.slice(0, -10));
    expect((await all(file)).map(({ record }) => record)).toEqual([{ n: 1 }]);
    writeFileSync(file, `${text.slice(0, 20)}\n${text}`);
    expect(await rejection(all(file))).toMatchObject({ code: "JOURNAL_CORRUPT", details: { line: 1 } });
    writeFileSync(file, `${text}{}\n`);
    expect(await rejection(all(file))).toMatchObject({ code: "JOURNAL_CORRUPT", details: { line: 3 } });
  });
});
