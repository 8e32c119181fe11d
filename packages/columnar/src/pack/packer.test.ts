import type { Field, FieldType, TableSchema } from "@dativo/protocol";
import { parseFieldType } from "@dativo/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldType, uniqueNames } from "../../test/arbitraries.js";
import { unpackRows } from "../unpack/unpack-rows.js";
import { COERCIONS } from "./coercions.js";
import { compilePacker } from "./packer.js";

const one = (type: FieldType | string, required = false): TableSchema => ({
  fields: [
    {
      name: "v",
      type: typeof type === "string" ? parseFieldType(type) : type,
      ...(required && { required }),
    },
  ],
});

/** What one value becomes: the value that is stored, or the reason of its rejection. */
function outcome(type: string, value: unknown): unknown {
  const { batch, rejected } = compilePacker(one(type)).pack([{ v: value }]);
  return rejected[0] === undefined ? unpackRows(batch)[0]?.v : { reason: rejected[0].reason };
}

const ok = (type: string, value: unknown, stored: unknown) => ({ type, value, stored });
const bad = (type: string, value: unknown, reason: string) => ({ type, value, stored: { reason } });

describe("coercion", () => {
  it.each([
    ok("integer", "42", 42),
    ok("integer", "-9223372036854775808", -(2n ** 63n)),
    ok("integer", -0, 0),
    bad("integer", 1.5, "precision"),
    bad("integer", 2 ** 53, "precision"),
    bad("integer", Number.NaN, "type"),
    bad("integer", Number.POSITIVE_INFINITY, "precision"),
    bad("integer", 2n ** 63n, "range"),
    bad("integer", "9223372036854775808", "range"),
    ...[" 42", "42 ", "4.0", "007", "+5", "-0", "", "0x10", "1e3", "٤٢", "42\n"].map((text) =>
      bad("integer", text, "format"),
    ),
    bad("integer", true, "type"),
    bad("integer", {}, "type"),
    ok("number", "0.10", 0.1),
    ok("number", "1e5", 100_000),
    ok("number", Number.NaN, Number.NaN),
    ok("number", Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY),
    ok("number", -0, -0),
    ok("number", 2n ** 60n, 2 ** 60),
    bad("number", 2n ** 53n + 1n, "precision"),
    bad("number", "0.1000000000000000055", "precision"),
    bad("number", "9007199254740993", "precision"),
    bad("number", "1e999", "range"),
    ...["NaN", "Infinity", " 1", "1,5", "0x1", ".5", "1."].map((text) => bad("number", text, "format")),
    ok("decimal(10,2)", 12.5, "12.50"),
    ok("decimal(10,2)", "-12.500", "-12.50"),
    ok("decimal(10,2)", 7n, "7.00"),
    ok("decimal(10,2)", "1.2e1", "12.00"),
    ok("decimal(38,0)", "9".repeat(38), "9".repeat(38)),
    bad("decimal(10,2)", 0.1 + 0.2, "precision"),
    bad("decimal(10,2)", "1.005", "precision"),
    bad("decimal(10,2)", "100000000", "range"),
    bad("decimal(10,2)", 10n ** 8n, "range"),
    bad("decimal(38,0)", "1".repeat(39), "range"),
    bad("decimal(10,2)", "12,5", "format"),
    bad("decimal(10,2)", ".", "format"),
    bad("decimal(10,2)", Number.NaN, "type"),
    ok("string", 1.5, "1.5"),
    ok("string", 12n, "12"),
    ok("string", false, "false"),
    ok("string", new Date(0), "1970-01-01T00:00:00.000Z"),
    ok("string", "a\0b", "a\0b"),
    bad("string", "a\ud800", "encoding"),
    bad("string", {}, "type"),
    bad("string", new Date(Number.NaN), "type"),
    bad("string", Symbol("s"), "type"),
    ok("boolean", 1, true),
    ok("boolean", "false", false),
    bad("boolean", 2, "type"),
    bad("boolean", "yes", "format"),
    bad("boolean", "TRUE", "format"),
    ok("date", new Date("2024-02-29T00:00:00Z"), "2024-02-29"),
    ok("date", "+012345-01-01", "+012345-01-01"),
    bad("date", new Date("2024-02-29T00:00:01Z"), "precision"),
    bad("date", "2023-02-29", "range"),
    bad("date", "2024-2-9", "format"),
    bad("date", 0, "type"),
    ok("timestamp_tz", "2026-01-04T11:00:00+01:00", "2026-01-04T10:00:00Z"),
    ok("timestamp_tz", "2026-01-04 10:00:00.1234560000Z", "2026-01-04T10:00:00.123456Z"),
    ok("timestamp_tz", "2026-01-04T10:00-0130", "2026-01-04T11:30:00Z"),
    ok("timestamp_tz", new Date(1), "1970-01-01T00:00:00.001Z"),
    ok("timestamp_tz", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
    bad("timestamp_tz", "2026-01-04T10:00:00", "format"),
    bad("timestamp_tz", "2026-01-04", "format"),
    bad("timestamp_tz", "2026-01-04T10:00:00.1234567Z", "precision"),
    bad("timestamp_tz", "2026-01-04T24:00:00Z", "range"),
    bad("timestamp_tz", "2026-13-04T10:00:00Z", "range"),
    bad("timestamp_tz", "+999999-01-01T00:00:00Z", "range"),
    bad("timestamp_tz", 1_700_000_000, "type"),
    bad("timestamp_tz", new Date(Number.NaN), "type"),
    ok("timestamp", "2026-01-04T10:00:00", "2026-01-04T10:00:00"),
    ok("timestamp", new Date(0), "1970-01-01T00:00:00"),
    bad("timestamp", "2026-01-04T10:00:00Z", "format"),
    ok("binary", "aGk=", new Uint8Array([104, 105])),
    ok("binary", new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2])),
    ok("binary", new DataView(new ArrayBuffer(2)), new Uint8Array(2)),
    bad("binary", "aGk", "format"),
    bad("binary", "not base64!", "format"),
    ok("json", "text", "text"),
    ok("json", { a: [1n, new Date(0)], b: undefined }, { a: [1, "1970-01-01T00:00:00.000Z"] }),
    ok("json", { id: 2n ** 70n }, { id: 2n ** 70n }),
    ok("json", new Uint8Array([104, 105]), "aGk="),
    ok("json", "\\ud800 spelled out", "\\ud800 spelled out"),
    bad("json", { a: "\ud800" }, "encoding"),
    bad("json", { a: [Number.NaN] }, "type"),
    bad("json", () => 1, "type"),
    bad("json", new Map(), "type"),
    ok("list<integer>", ["1", null, 2n], [1, null, 2]),
    bad("list<integer>", "1,2", "type"),
    ok("struct<a: integer, b: string>", { a: "1" }, { a: 1, b: null }),
    bad("struct<a: integer>", { a: 1, b: 2 }, "unknown_field"),
    bad("struct<a: integer>", [1], "type"),
    bad("struct<a: integer!>", { a: null }, "required"),
    ok("struct<a: integer!>", null, null),
  ])("$type of $value is $stored", ({ type, value, stored }) => {
    expect(outcome(type, value)).toEqual(stored);
  });

  it("stores null and undefined as null", () => {
    fc.assert(
      fc.property(fieldType, (type) => {
        const { batch, rejected } = compilePacker(one(type)).pack([{ v: null }, { v: undefined }, {}]);
        expect(rejected).toEqual([]);
        expect(unpackRows(batch)).toEqual([{ v: null }, { v: null }, { v: null }]);
      }),
    );
  });

  it("does what its table says, and counts it", () => {
    for (const { id, to, example } of COERCIONS) {
      const type = to === "decimal" ? "decimal(10,2)" : to === "timestamp" ? "timestamp_tz" : to;
      const source = example[0].replace(/^Uint8Array (\[.*\])$/, "new Uint8Array($1)");
      const target = example[1].replace(/^Uint8Array (\[.*\])$/, "new Uint8Array($1)");
      const evaluate = (text: string): unknown => new Function(`return ${text}`)();
      const { batch, rejected, coercions } = compilePacker(one(type)).pack([
        { v: evaluate(source) },
        { v: evaluate(source) },
      ]);
      expect(rejected, id).toEqual([]);
      expect(unpackRows(batch)[1]?.v, id).toEqual(evaluate(target));
      expect(coercions).toEqual([{ field: "v", coercion: id, count: 2 }]);
    }
  });
});

describe("rejection", () => {
  it("leaves the record out as a whole and keeps the others in order", () => {
    const schema: TableSchema = {
      fields: [
        { name: "id", type: { kind: "integer" }, required: true },
        { name: "tags", type: { kind: "list", item: { kind: "string" } } },
        { name: "n", type: { kind: "number" } },
      ],
    };
    const rows = [
      { id: 1, tags: ["a"], n: 1 },
      { id: 2, tags: ["b", {}], n: 2 },
      { id: null, tags: ["c"], n: 3 },
      { id: 4, tags: ["d"], n: "x" },
      "no record",
      { id: 6, tags: null, n: 6, extra: 1 },
      { id: "7", tags: ["é"], n: 7 },
    ];
    const { batch, rejected, coercions } = compilePacker(schema).pack(rows);
    expect(unpackRows(batch)).toEqual([
      { id: 1, tags: ["a"], n: 1 },
      { id: 7, tags: ["é"], n: 7 },
    ]);
    expect(rejected.map(({ index, path, reason }) => [index, path, reason])).toEqual([
      [1, "tags[1]", "type"],
      [2, "id", "required"],
      [3, "n", "format"],
      [4, "", "type"],
      [5, "extra", "unknown_field"],
    ]);
    for (const rejection of rejected) expect(rejection.row).toBe(rows[rejection.index]);
    expect(coercions).toEqual([{ field: "id", coercion: "string_to_integer", count: 1 }]);
  });

  it("finds the same records as packing each alone does", () => {
    const fields: Field[] = [
      { name: "a", type: { kind: "integer" }, required: true },
      { name: "b", type: parseFieldType("list<struct<c: boolean!, d: list<date>>>") },
      { name: "e", type: { kind: "string" } },
    ];
    const value = fc.oneof(
      fc.integer(),
      fc.constantFrom(null, "1", true, "2024-01-01", "x", "\ud800", 1.5, [], {}),
    );
    const row = fc.record(
      {
        a: value,
        b: fc.oneof(
          value,
          fc.array(
            fc.oneof(
              value,
              fc.record({ c: value, d: fc.oneof(value, fc.array(value)) }, { requiredKeys: [] }),
            ),
          ),
        ),
        e: value,
        f: value,
      },
      { requiredKeys: ["a"] },
    );
    const packer = compilePacker({ fields });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 10 }), (rows) => {
        const { batch, rejected } = packer.pack(rows);
        const alone = rows.map((each) => packer.pack([each]));
        expect(rejected.map(({ index, row: _, ...rest }) => [index, rest])).toEqual(
          alone.flatMap((each, index) =>
            each.rejected.map(({ index: __, row: _, ...rest }) => [index, rest]),
          ),
        );
        expect(unpackRows(batch)).toEqual(alone.flatMap((each) => unpackRows(each.batch)));
      }),
      { numRuns: 300 },
    );
  });

  it("names the place inside lists and structs", () => {
    const type = parseFieldType('struct<"odd name": list<list<struct<x: integer>>>>');
    const { rejected } = compilePacker(one(type)).pack([
      { v: { "odd name": [[], null, [{ x: 1 }, { x: "?" }]] } },
    ]);
    expect(rejected[0]).toMatchObject({
      path: 'v["odd name"][2][1].x',
      expected: "integer",
      got: 'text of 1 characters like "?"',
    });
  });

  it("says what was there without showing it", () => {
    const got = (value: unknown) => compilePacker(one("integer")).pack([{ v: value }]).rejected[0]?.got;
    expect(got("4929-1234 Mr Übel")).toBe('text of 17 characters like "9999-9999 Aa Aaaa"');
    expect(got("x".repeat(10_000))?.length).toBeLessThanOrEqual(200);
    expect(got({ password: "hunter2" })).toBe("object with 1 member");
    expect(got(1.5)).toBe("number with a fraction");
    expect(got(2n ** 80n)).toBe("bigint of 25 digits");
  });

  it("leaves unknown fields out and counts them when the mode is warn", () => {
    const packer = compilePacker(one("integer"));
    const rows = [{ v: 1, x: 1 }, { v: 2 }, { v: 3, x: 2, y: null }, { v: 4, x: undefined }];
    const { batch, rejected, dropped } = packer.pack(rows, { mode: "warn" });
    expect(rejected).toEqual([]);
    expect(unpackRows(batch)).toEqual([{ v: 1 }, { v: 2 }, { v: 3 }, { v: 4 }]);
    expect([...dropped]).toEqual([
      ["x", 2],
      ["y", 1],
    ]);
    expect(packer.pack(rows).rejected.map((rejection) => rejection.index)).toEqual([0, 2]);
    expect(packer.pack(rows, { mode: "warn", unknownFields: "reject" }).rejected).toHaveLength(2);
  });

  it.each([
    [null],
    [undefined],
    ["x"],
    [1],
    [[]],
    [new Date(0)],
    [new Map()],
    [new Uint8Array(1)],
    [() => 1],
  ])("rejects %s as a record", (row) => {
    const { batch, rejected } = compilePacker(one("integer")).pack([row, { v: 1 }, row]);
    expect(rejected).toMatchObject([0, 2].map((index) => ({ index, path: "", reason: "type", row })));
    expect(batch.recordCount).toBe(1);
  });

  it("reads own members only", () => {
    const names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
    const schema: TableSchema = { fields: names.map((name) => ({ name, type: { kind: "string" } })) };
    const row: unknown = JSON.parse('{"constructor": "a", "__proto__": "b"}');
    const { batch, rejected } = compilePacker(schema).pack([{}, row]);
    expect(rejected).toEqual([]);
    const [empty, full] = unpackRows(batch);
    for (const name of names) expect(Object.getOwnPropertyDescriptor(empty, name)?.value).toBeNull();
    expect(Object.getOwnPropertyDescriptor(full, "__proto__")?.value).toBe("b");
    expect(Object.getPrototypeOf(full)).toBe(Object.prototype);
  });

  it("takes rows of any shape and order of members", () => {
    fc.assert(
      fc.property(uniqueNames(6), fc.array(fc.array(fc.nat(5)), { maxLength: 10 }), (names, orders) => {
        const packer = compilePacker({ fields: names.map((name) => ({ name, type: { kind: "integer" } })) });
        const rows = orders.map((order) =>
          Object.fromEntries(order.flatMap((at) => (names[at] === undefined ? [] : [[names[at], at]]))),
        );
        const expected = rows.map((row) =>
          Object.fromEntries(names.map((name) => [name, Object.hasOwn(row, name) ? row[name] : null])),
        );
        expect(unpackRows(packer.pack(rows).batch)).toEqual(expected);
      }),
    );
  });
});
