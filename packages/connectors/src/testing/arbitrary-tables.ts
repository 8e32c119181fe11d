import { compilePacker } from "@dativo/columnar";
import type { ColumnBatch, Field, FieldType, Row, TableSchema } from "@dativo/sdk";
import fc from "fast-check";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).filter((value) => !value.includes("\0")),
  fc.constantFrom(
    "",
    " ",
    "null",
    "NULL",
    "007",
    "1.50",
    "a,b",
    'say "hi"',
    "l1\nl2",
    "l1\r\nl2",
    "\r",
    ";",
    "'",
    "\\",
    "true",
    "nan",
    "2020-01-01",
    "é",
    "😀",
    "#",
    "\ufeff",
    "{}",
    "[1]",
  ),
);

/** Microseconds of the years 1 to 9999 as ISO text. */
const instant = fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n });

function isoText(micros: bigint): string {
  const whole = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const rest = micros - whole * 1000n;
  return `${new Date(Number(whole)).toISOString().slice(0, -1)}${String(rest).padStart(3, "0")}`;
}

const decimalText = (precision: number, scale: number) =>
  fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }).map((unscaled) => {
    const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
    const sign = unscaled < 0n ? "-" : "";
    return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  });

const scalars: FieldType[] = [
  { kind: "string" },
  { kind: "integer" },
  { kind: "number" },
  { kind: "boolean" },
  { kind: "date" },
  { kind: "timestamp", zone: true },
  { kind: "timestamp", zone: false },
  { kind: "binary" },
  { kind: "decimal", precision: 18, scale: 4 },
];

const fieldType: fc.Arbitrary<FieldType> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...scalars) },
  { weight: 1, arbitrary: fc.constant<FieldType>({ kind: "json" }) },
  { weight: 1, arbitrary: fc.constantFrom(...scalars).map((item): FieldType => ({ kind: "list", item })) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...scalars), fc.constantFrom(...scalars)).map(
      ([left, right]): FieldType => ({
        kind: "struct",
        fields: [
          { name: "a b", type: left },
          { name: 'c"d', type: right },
        ],
      }),
    ),
  },
);

function anyValue(type: FieldType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "string":
      return text;
    case "integer":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "number":
      return fc.double();
    case "boolean":
      return fc.boolean();
    case "date":
      return instant.map((micros) => isoText(micros).slice(0, 10));
    case "timestamp":
      return instant.map((micros) => isoText(micros) + (type.zone ? "Z" : ""));
    case "binary":
      return fc.uint8Array({ maxLength: 8 });
    case "decimal":
      return decimalText(type.precision, type.scale);
    case "json":
      // Keys of one letter keep DuckDB from telling apart what it cannot; null is the absence of a value.
      return fc.oneof(
        fc.array(fc.integer(), { maxLength: 3 }),
        fc.record({ x: fc.integer(), y: fc.boolean() }),
      );
    case "list":
      return fc.array(fc.option(anyValue(type.item)), { maxLength: 3 });
    case "struct":
      return fc.record(
        Object.fromEntries(type.fields.map((field) => [field.name, fc.option(anyValue(field.type))])),
      );
  }
}

/** A schema and rows of it, packed. */
export interface Table {
  readonly schema: TableSchema;
  readonly batch: ColumnBatch;
}

/** Tables of all field types, of at least as many columns as wanted, with nulls and hostile text. */
export function arbitraryTable(options: { readonly columns?: number } = {}): fc.Arbitrary<Table> {
  const name = fc.constantFrom(
    "id",
    "a b",
    'q"uote',
    "comma,name",
    "select",
    "ünï",
    "x'y",
    "semi;colon",
    "dot.name",
  );
  return fc
    .uniqueArray(fc.tuple(name, fieldType), {
      minLength: options.columns ?? 1,
      maxLength: 5,
      selector: ([chosen]) => chosen,
    })
    .chain((columns) => {
      const fields: Field[] = columns.map(([chosen, type]) => ({ name: chosen, type }));
      const row = fc.record(
        Object.fromEntries(fields.map((field) => [field.name, fc.option(anyValue(field.type), { freq: 5 })])),
      );
      return fc.array(row, { minLength: 1, maxLength: 20 }).map((rows) => packed({ fields }, rows));
    });
}

/** Rows packed into columns. */
export function packed(schema: TableSchema, rows: readonly Row[]): Table {
  const { batch, rejected } = compilePacker(schema).pack(rows);
  if (rejected.length > 0)
    throw new Error(
      `not packed: ${JSON.stringify(rejected[0], (_, value) => (typeof value === "bigint" ? String(value) : value))}`,
    );
  return { schema, batch };
}
