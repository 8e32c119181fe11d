import type { TableSchema } from "@dativo/protocol";
import { formatFieldType, parseFieldType } from "@dativo/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inferSchema } from "./infer-schema.js";
import { compilePacker } from "./pack/packer.js";

const typeOf = (...values: unknown[]) => {
  const [field] = inferSchema(values.map((v) => ({ v }))).fields;
  return field && formatFieldType(field.type);
};
const schemaOf = (type: string, required = false): TableSchema => ({
  fields: [{ name: "v", type: parseFieldType(type), description: "kept", ...(required && { required }) }],
  key: ["v"],
});

describe("inferring a schema", () => {
  it.each([
    [[1, 2, null], "integer"],
    [[1, 2n ** 60n], "integer"],
    [[1, 1.5], "number"],
    [[Number.NaN, 1], "number"],
    [[2 ** 60], "number"],
    [[1.5, 2n ** 60n], "number"],
    [[1.5, 2n ** 60n + 1n], "json"],
    [[2n ** 70n, 1], "decimal(38,0)"],
    [[2n ** 200n], "json"],
    [[true, false], "boolean"],
    [[true, 1], "json"],
    [["2024-01-01", "x"], "string"],
    [["1", 1], "json"],
    [[new Date(0), null], "timestamp_tz"],
    [[new Uint8Array(1), new ArrayBuffer(1)], "binary"],
    [[[1]], "json"],
    [[{ a: 1 }, [1]], "json"],
    [[null, undefined], undefined],
  ])("of %s finds %s", (values, type) => {
    expect(typeOf(...values)).toBe(type);
  });

  it("keeps fields in the order in which they turn up, and waits for a value", () => {
    const first = inferSchema([
      { b: 1, c: null },
      { a: "x", b: 2 },
    ]);
    expect(first.fields.map((field) => field.name)).toEqual(["b", "a"]);
    expect(inferSchema([{ c: true }], first).fields.map((field) => field.name)).toEqual(["b", "a", "c"]);
  });

  it("keeps a type as long as every value fits it, and widens it otherwise", () => {
    const widened = (type: string, ...values: unknown[]) =>
      formatFieldType(
        inferSchema(
          values.map((v) => ({ v })),
          schemaOf(type),
        ).fields[0]!.type,
      );
    expect(widened("decimal(10,2)", "1.50", 2)).toBe("decimal(10,2)");
    expect(widened("date", "2024-01-01")).toBe("date");
    expect(widened("integer", 1.5)).toBe("number");
    expect(widened("integer", "x")).toBe("json");
    expect(widened("json", 1)).toBe("json");
    expect(widened("struct<a: integer>", { a: 1 })).toBe("struct<a: integer>");
    expect(widened("struct<a: integer>", { b: 1 })).toBe("json");
  });

  it("keeps what else is known of a field, and that it is required until a value is missing", () => {
    expect(inferSchema([{ v: 1 }], schemaOf("integer", true))).toEqual(schemaOf("integer", true));
    expect(inferSchema([{ v: 1 }, {}], schemaOf("integer", true))).toEqual(schemaOf("integer"));
  });

  it("finds a schema that every row fits, whatever came before", () => {
    const value = fc.oneof(
      fc.constantFrom(null, true, "text", "1", new Date(0), new Uint8Array([1])),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.bigInt(),
      fc.array(fc.integer()),
      fc.dictionary(fc.string(), fc.boolean()),
    );
    const row = fc.record({ a: value, b: value, __proto__: value }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(row), fc.array(row), (before, rows) => {
        const schema = inferSchema(rows, inferSchema(before));
        const { rejected } = compilePacker(schema).pack(rows, { mode: "warn" });
        expect(rejected).toEqual([]);
        expect(inferSchema(rows, schema)).toEqual(schema);
        const names = schema.fields.map((field) => field.name);
        for (const each of [...before, ...rows])
          for (const [name, found] of Object.entries(each))
            expect(found === null || names.includes(name)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("finds the same types in whatever order the rows come", () => {
    const value = fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.constantFrom("x", null, 2n ** 70n));
    fc.assert(
      fc.property(fc.array(value), (values) => {
        expect(typeOf(...values)).toBe(typeOf(...[...values].reverse()));
      }),
    );
  });
});
