import type { Field, FieldType, Row, TableSchema } from "@dativo/protocol";
import fc from "fast-check";

/** Texts with what C code that looks for NUL, or counts characters instead of bytes, gets wrong. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom("", "\0", "a\0b", "é\0", "😀", '"\\'),
);

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
  fc.nat({ max: 38 }).map((scale): FieldType => ({ kind: "decimal", precision: 38, scale })),
);

const fieldType: fc.Arbitrary<FieldType> = fc.letrec<{ type: FieldType; fields: Field[] }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    flatType,
    fc.record({ kind: fc.constant("list" as const), item: tie("type") }),
    fc.record({ kind: fc.constant("struct" as const), fields: tie("fields") }),
  ),
  fields: fc
    .array(tie("type"), { minLength: 1, maxLength: 3 })
    .map((types) => types.map((type, index) => ({ name: `m${index}`, type }))),
})).type;

const BOUND = 2n ** 63n;

/** Values of a type that is not null. */
function present(type: FieldType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "string":
      return text;
    case "integer":
      return fc.oneof(fc.bigInt({ min: -BOUND, max: BOUND - 1n }), fc.constantFrom(-BOUND, BOUND - 1n, 0n));
    case "number":
      return fc.double();
    case "decimal":
      return fc
        .bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
        .map((unscaled) => decimalText(unscaled, type.scale));
    case "boolean":
      return fc.boolean();
    case "date":
      return fc
        .date({ min: new Date(-62e12), max: new Date(250e12), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10));
    case "timestamp":
      return fc
        .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
        .map((date) => (type.zone ? date.toISOString() : date.toISOString().slice(0, -1)));
    case "binary":
      return fc.uint8Array({ maxLength: 8 });
    case "json":
      return fc.jsonValue({ maxDepth: 2 }).filter((value) => value !== null);
    case "list":
      return fc.array(nullable(type.item), { maxLength: 3 });
    case "struct":
      return fc.record(
        Object.fromEntries(type.fields.map((field) => [field.name, nullable(field.type)])) as Record<
          string,
          fc.Arbitrary<unknown>
        >,
      );
  }
}

const nullable = (type: FieldType) => fc.option(present(type), { nil: null, freq: 4 });

function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Tables of any types, without columns and without rows among them. */
export const tables: fc.Arbitrary<{ readonly schema: TableSchema; readonly batches: Row[][] }> = fc
  .array(fc.tuple(fieldType, fc.boolean()), { maxLength: 4 })
  .chain((types) => {
    const fields = types.map(
      ([type, required], index): Field => ({
        name: `c${index}`,
        type,
        ...(required ? { required, description: "é" } : {}),
      }),
    );
    const row = fc.record(
      Object.fromEntries(
        fields.map((field) => [field.name, field.required ? present(field.type) : nullable(field.type)]),
      ) as Record<string, fc.Arbitrary<unknown>>,
    );
    return fc.array(fc.array(row, { maxLength: 9 }), { minLength: 1, maxLength: 3 }).map((batches) => ({
      schema: { fields },
      batches,
    }));
  });
