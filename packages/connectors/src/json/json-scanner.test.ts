import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtinReaders } from "../builtin.js";
import { extract, openReader, rejectsOf, rowsOf, temporaryFolder } from "../testing/open-plugins.js";

async function readJson(
  type: "jsonl" | "json",
  content: string | Buffer,
  entry: Record<string, unknown> = {},
) {
  const base = temporaryFolder();
  writeFileSync(join(base, "x.json"), content);
  const reader = await openReader(
    await builtinReaders[type](),
    { files: [{ path: "x.json", ...entry }] as never },
    base,
  );
  const events = await extract(reader, ["x"]);
  return { rows: await rowsOf(events), rejects: await rejectsOf(events) };
}

it("keeps each value as the source has it", async () => {
  const line =
    '{"i":9007199254740993,"n":1.5,"s":"2020-01-01","u":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","b":true,"h":18446744073709551615,"o":{"x":[1]},"z":null}';
  expect((await readJson("jsonl", `${line}\n`)).rows).toEqual([
    {
      i: 9007199254740993n,
      n: 1.5,
      s: "2020-01-01",
      u: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
      b: true,
      h: "18446744073709551615",
      o: { x: [1] },
      z: null,
    },
  ]);
});

it("finds columns and types that only the last record has", async () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `{"a":${index}}`);
  const { rows } = await readJson("jsonl", `${lines.join("\n")}\n{"a":1.5,"late":"x"}\n`);
  expect(rows.find((row) => row.late !== null)).toEqual({ a: 1.5, late: "x" });
});

it.each([
  ["json", '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
  ["json", '{"a":1}', [{ a: 1 }]],
  ["json", "[]", []],
  ["json", " [ ]\n", []],
  ["jsonl", '{"a":1}\r\n\r\n{"a":2}', [{ a: 1 }, { a: 2 }]],
  [
    "jsonl",
    '{"a":1,"b":"x"}\n{"b":2}\n',
    [
      { a: 1, b: "x" },
      { a: null, b: 2 },
    ],
  ],
] as const)("%s: reads %j", async (type, content, rows) => {
  expect((await readJson(type, content)).rows).toEqual(rows);
});

it("sets aside each line that is no record, the last one that was cut off included", async () => {
  const { rows, rejects } = await readJson(
    "jsonl",
    '{"a":1,"s":"x"}\n{"a":\nnot json\n[1]\n5\n{"a":6,"s":"y"}\n{"a":8',
  );
  expect(rows).toEqual([
    { a: 1, s: "x" },
    { a: 6, s: "y" },
  ]);
  expect(rejects.map((row) => row.record)).toEqual(['{"a":', "not json", "[1]", "5", '{"a":8']);
  expect(rejects.map((row) => row.got)).toEqual([
    "text of 5 characters",
    "text of 8 characters",
    "array",
    "number",
    "text of 6 characters",
  ]);
});

it("sets aside records whose values do not fit the declared types", async () => {
  const { rows, rejects } = await readJson(
    "jsonl",
    '{"a":"1","l":[1]}\n{"a":"x","l":[1]}\n{"a":"2","l":["y"]}\n',
    { columns: { a: "integer", l: "list<integer>" } },
  );
  expect(rows).toEqual([{ a: 1, l: [1] }]);
  expect(rejects.map(({ path, expected }) => [path, expected])).toEqual([
    ["a", "integer"],
    ["l", "list"],
  ]);
});
