import { type ColumnBatch, type FieldType, scanUniformRecords } from "@dativo/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { equalBatches } from "../columns/equal-batches.js";
import { unpackRows } from "../unpack/unpack-rows.js";
import { packJsonColumns } from "./json-columns.js";
import { compilePacker } from "./packer.js";

const date = fc.date({ min: new Date(-62e12), max: new Date(25e13), noInvalidDate: true });

/** Types, and values of them in their own form. */
const VALUES: readonly (readonly [FieldType, fc.Arbitrary<unknown>])[] = [
  [
    { kind: "string" },
    fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ minLength: 40, maxLength: 90 })),
  ],
  [{ kind: "integer" }, fc.oneof(fc.integer(), fc.integer({ min: -(10 ** 15) + 1, max: 10 ** 15 - 1 }))],
  [
    { kind: "number" },
    fc.oneof(
      fc.double({ noNaN: true, min: -1e90, max: 1e90 }),
      fc.integer().map((n) => n / 100),
    ),
  ],
  [{ kind: "boolean" }, fc.boolean()],
  [{ kind: "date" }, date.map((at) => at.toISOString().slice(0, 10))],
  [{ kind: "timestamp", zone: true }, date.map((at) => at.toISOString().replace(".000Z", "Z"))],
  [{ kind: "timestamp", zone: false }, date.map((at) => at.toISOString().slice(0, 19))],
];

const table = fc
  .uniqueArray(fc.tuple(fc.string({ unit: "grapheme-ascii", minLength: 1 }), fc.nat(VALUES.length - 1)), {
    minLength: 1,
    maxLength: 6,
    selector: ([name]) => name,
  })
  .chain((columns) => {
    const fields = columns.map(([name, type]) => ({ name, type: (VALUES[type] as (typeof VALUES)[0])[0] }));
    const values = columns.map(([, type]) => fc.option((VALUES[type] as (typeof VALUES)[0])[1]));
    const row = fc
      .tuple(...values)
      .map((all) => Object.fromEntries(fields.map(({ name }, at) => [name, all[at]])));
    return fc.record({
      fields: fc.shuffledSubarray(fields, { minLength: fields.length }),
      rows: fc.array(row, { maxLength: 70 }),
    });
  });

it("packs texts as their parsed records are packed", () => {
  let packed = 0;
  fc.assert(
    fc.property(table, fc.constantFrom(undefined, 1, "\t"), fc.nat(9), ({ fields, rows }, indent, offset) => {
      const json = JSON.stringify(rows, null, indent);
      // The text may begin anywhere in its memory.
      const text = new TextEncoder().encode(" ".repeat(offset) + json).subarray(offset);
      const found = scanUniformRecords(text);
      // Nothing is known of the columns of no records, and keys with escapes are left to others.
      if (found === undefined || found.count === 0) return;
      packed += 1;
      const schema = { fields };
      const direct = packJsonColumns(text, found.count, found.columns, schema) as ColumnBatch;
      const parsed = compilePacker(schema).pack(JSON.parse(json)).batch;
      expect(equalBatches(direct, parsed), json).toBe(true);
      expect(unpackRows(direct), json).toEqual(unpackRows(parsed));
    }),
    { numRuns: 1000 },
  );
  expect(packed).toBeGreaterThan(500);
});

it("leaves types whose values take more to others, even where all are null", () => {
  const text = new TextEncoder().encode('[{"a":null}]');
  const columns = [{ name: "a", kinds: 1 }];
  for (const type of [
    { kind: "json" },
    { kind: "binary" },
    { kind: "list", item: { kind: "integer" } },
  ] as const)
    expect(packJsonColumns(text, 1, columns, { fields: [{ name: "a", type }] })).toBeUndefined();
});
