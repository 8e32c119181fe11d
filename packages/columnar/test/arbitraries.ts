import type { Field, FieldType, Row, TableSchema } from "@dativo/protocol";
import fc from "fast-check";
import { formatDate } from "../src/values/calendar.js";
import { formatDecimal } from "../src/values/decimal.js";
import { formatTimestamp } from "../src/values/timestamp.js";

/** Names that code which forgets to quote, or to ask for own members, gets wrong. */
const HOSTILE_NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "a.b",
  'a"b',
  "a'b",
  "select",
  "é",
  "😀",
  "a b",
  "0",
  "length",
];

const names = fc.oneof(
  fc.constantFrom(...HOSTILE_NAMES),
  fc.string({ minLength: 1, maxLength: 6, unit: "grapheme-ascii" }),
);

/** Names that differ by more than case, as DuckDB wants them. */
export const uniqueNames = (maxLength: number) =>
  fc.uniqueArray(names, { minLength: 1, maxLength, selector: (name) => name.toLowerCase() });

const flatType: fc.Arbitrary<FieldType> = fc.oneof(
  fc.constantFrom<FieldType>(
    { kind: "string" },
    { kind: "integer" },
    { kind: "number" },
    { kind: "boolean" },
    { kind: "date" },
    { kind: "timestamp", zone: true },
    { kind: "timestamp", zone: false },
    { kind: "binary" },
    { kind: "json" },
  ),
  fc.integer({ min: 1, max: 38 }).chain((precision) =>
    fc.record({
      kind: fc.constant("decimal" as const),
      precision: fc.constant(precision),
      scale: fc.integer({ min: 0, max: precision }),
    }),
  ),
);

/** Any field type, nested ones among them. */
export const fieldType: fc.Arbitrary<FieldType> = fc.letrec<{ type: FieldType; fields: Field[] }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    flatType,
    fc.record({ kind: fc.constant("list" as const), item: tie("type") }),
    fc.record({ kind: fc.constant("struct" as const), fields: tie("fields") }),
  ),
  fields: uniqueNames(3).chain((unique) =>
    fc.tuple(...unique.map((name) => fc.record({ name: fc.constant(name), type: tie("type") }))),
  ),
})).type;

/** A value in the form that unpacking yields, null included. */
export function canonicalValue(type: FieldType): fc.Arbitrary<unknown> {
  return fc.option(present(type), { freq: 5 });
}

function present(type: FieldType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "string":
      return fc.string({ unit: "binary" });
    case "integer":
      return int64.map(asInteger);
    case "number":
      return fc.double();
    case "decimal": {
      const limit = 10n ** BigInt(type.precision) - 1n;
      return fc.bigInt({ min: -limit, max: limit }).map((unscaled) => formatDecimal(unscaled, type.scale));
    }
    case "boolean":
      return fc.boolean();
    case "date":
      return fc.oneof(fc.integer({ min: -1_000_000, max: 4_000_000 }), fc.integer()).map(formatDate);
    case "timestamp":
      return fc
        .oneof(int64, fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }))
        .map((micros) => timestampText(micros, type.zone));
    case "binary":
      return fc.uint8Array();
    case "json":
      return fc
        .jsonValue()
        .map(canonicalJson)
        .filter((value) => value !== null);
    case "list":
      return fc.array(canonicalValue(type.item), { maxLength: 4 });
    case "struct":
      return fc
        .tuple(...type.fields.map((field) => canonicalValue(field.type)))
        .map((values) => objectOf(type.fields, values));
  }
}

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer().map(BigInt),
  fc.maxSafeInteger().map(BigInt),
);

function asInteger(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function timestampText(micros: bigint, zone: boolean): string {
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return formatTimestamp(Number((micros - rest) / 1_000_000n), Number(rest), zone);
}

/** JSON numbers that come back as they went: no negative zero, and integers beyond 2^53 as bigints. */
function canonicalJson(value: unknown): unknown {
  if (typeof value === "number") {
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) return BigInt(value) % 10n ** 30n;
    return Object.is(value, -0) ? 0 : value;
  }
  if (Array.isArray(value)) return value.map(canonicalJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, canonicalJson(member)]));
}

function objectOf(fields: readonly Field[], values: readonly unknown[]): Row {
  return Object.fromEntries(fields.map((field, index) => [field.name, values[index]]));
}

/** A schema and rows in the form that unpacking yields. */
export const table: fc.Arbitrary<{ schema: TableSchema; rows: Row[] }> = uniqueNames(5)
  .chain((unique) => fc.tuple(...unique.map((name) => fieldType.map((type): Field => ({ name, type })))))
  .chain((fields) =>
    fc.record({
      schema: fc.constant({ fields }),
      rows: fc.array(
        fc
          .tuple(...fields.map((field) => canonicalValue(field.type)))
          .map((values) => objectOf(fields, values)),
        { maxLength: 20 },
      ),
    }),
  );
