import type { Row, TableSchema } from "@dativo/protocol";
import { expect, it } from "vitest";
import { ObjectSchema } from "./object-schema.js";
import type { Ready } from "./prepared.js";
import { Preparer } from "./preparer.js";

const TYPES: TableSchema = {
  fields: [
    { name: "at", type: { kind: "timestamp", zone: true } },
    { name: "ratio", type: { kind: "number" } },
  ],
};
const ROW = { at: "2024-01-01T00:00:00.000001Z", ratio: 1, note: "x" };
const signal = new AbortController().signal;

/** Types of the columns after some batches of rows, and what the writer was given. */
async function prepared(accepts: "rows" | "arrow", batches: readonly (readonly [Row[], TableSchema?])[]) {
  const schema = new ObjectSchema(undefined, "inferred", "strict");
  const preparer = new Preparer(schema, [accepts], "things", 0, true);
  const ready: Ready[] = [];
  for (const [rows, types] of batches)
    for await (const part of preparer.prepare(
      { form: "rows", rows, ...(types === undefined ? {} : { schema: types }) },
      signal,
    ))
      if (part.kind === "ready") ready.push(part);
  for (const part of preparer.release()) if (part.kind === "ready") ready.push(part);
  return { types: schema.orEmpty.fields.map(({ name, type }) => [name, type.kind]), ready };
}

it.each(["rows", "arrow"] as const)(
  "types that come with rows count where rows cannot tell, for %s",
  async (to) => {
    const { types, ready } = await prepared(to, [[[ROW], TYPES]]);
    expect(types).toEqual([
      ["at", "timestamp"],
      ["ratio", "number"],
      ["note", "string"],
    ]);
    expect(ready.map(({ data }) => data.form)).toEqual([to]);
  },
);

it("rows that contradict them are inferred from", async () => {
  const { types } = await prepared("arrow", [[[{ at: "yesterday", ratio: 1 }], TYPES]]);
  expect(types).toEqual([
    ["at", "json"],
    ["ratio", "number"],
  ]);
});

it("types of later columns count, and those of columns that are known do not", async () => {
  const first = Array.from({ length: 1000 }, () => ({ ratio: 1 }));
  const { types } = await prepared("arrow", [[first], [[ROW], TYPES]]);
  expect(types).toEqual([
    ["ratio", "integer"],
    ["at", "timestamp"],
    ["note", "string"],
  ]);
});
