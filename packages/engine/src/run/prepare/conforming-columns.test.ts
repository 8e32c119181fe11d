import { compilePacker, equalBatches, packJsonColumns, unpackRows } from "@dativo/columnar";
import { type FieldType, parseLosslessJson, type Row, scanUniformRecords } from "@dativo/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { conform } from "./conforming-columns.js";

const TYPES: readonly FieldType[] = [
  { kind: "string" },
  { kind: "integer" },
  { kind: "number" },
  { kind: "boolean" },
  { kind: "date" },
  { kind: "timestamp", zone: true },
  { kind: "timestamp", zone: false },
  { kind: "decimal", precision: 10, scale: 2 },
  { kind: "binary" },
  { kind: "json" },
];

/** Values as they stand in a text, most of which fit one of the types and some none. */
const value = fc.oneof(
  fc.constantFrom(
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1.0",
    "1e3",
    "1e400",
    '"007"',
    '"1.50"',
    '"\\ud800"',
    "1e20",
  ),
  fc.string({ unit: "grapheme" }).map((text) => JSON.stringify(text)),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.date({ noInvalidDate: true }).map((date) => JSON.stringify(date)),
  fc
    .date({ min: new Date(-62e12), max: new Date(25e13), noInvalidDate: true })
    .chain((date) =>
      fc.constantFrom(10, 16, 19, 22, 23).map((size) => `"${date.toISOString().slice(0, size)}"`),
    ),
  fc
    .tuple(
      fc.integer({ min: 0, max: 4e9 }),
      fc.constantFrom("", ".5", ".500", ".000", ".000001", ".1230004"),
      fc.constantFrom("", "Z", "+01:00"),
    )
    .map(
      ([seconds, fraction, zone]) =>
        `"${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction}${zone}"`,
    ),
);

it("what conforms as it is would be the same, had it been parsed, checked and packed", () => {
  let passed = 0;
  let packedDirectly = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...TYPES),
      fc.boolean(),
      fc.array(value, { minLength: 1, maxLength: 3 }),
      (type, required, values) => {
        const text = `[${values.map((one) => `{"v":${one}}`).join(",")}]`;
        const schema = { fields: [{ name: "v", type, required }] };
        const found = scanUniformRecords(new TextEncoder().encode(text));
        if (found === undefined || !conform(found.columns, schema)) return;
        passed += 1;
        const rows = parseLosslessJson(text) as Row[];
        const packed = compilePacker(schema).pack(rows, { mode: "strict" });
        expect([packed.rejected, packed.coercions, [...packed.dropped]], text).toEqual([[], [], []]);
        expect(unpackRows(packed.batch), text).toEqual(rows);
        // Nor does it differ from what is packed without parsing.
        const direct = packJsonColumns(new TextEncoder().encode(text), found.count, found.columns, schema);
        if (direct === undefined) return;
        packedDirectly += 1;
        expect(equalBatches(direct, packed.batch), text).toBe(true);
        expect(unpackRows(direct), text).toEqual(rows);
      },
    ),
    { numRuns: 20_000 },
  );
  // Were nothing to pass, nothing would have been shown.
  expect(passed).toBeGreaterThan(500);
  expect(packedDirectly).toBeGreaterThan(500);
});

it("a field too many or too few does not conform, and a null where a value is required", () => {
  const schema = {
    fields: [
      { name: "id", type: { kind: "integer" }, required: true },
      { name: "name", type: { kind: "string" } },
    ],
  } as const;
  const conforms = (text: string) => {
    const found = scanUniformRecords(new TextEncoder().encode(text));
    return found !== undefined && conform(found.columns, schema);
  };
  expect(conforms('[{"name":null,"id":1}]')).toBe(true);
  expect(conforms('[{"id":null,"name":"a"}]')).toBe(false);
  expect(conforms('[{"id":1}]')).toBe(false);
  expect(conforms('[{"id":1,"name":"a","more":1}]')).toBe(false);
  expect(conforms('[{"id":1,"nome":"a"}]')).toBe(false);
});
