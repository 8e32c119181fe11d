import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Field, type FieldType, sameFieldType } from "./field-type.js";
import { FIELD_TYPE_WORDS, formatFieldType, parseFieldType } from "./field-type-text.js";

const names = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "a b",
    'say "hi"',
    "back\\slash",
    "a>b",
    "a,b",
    "a: b!",
    "\n",
    "",
    "\ud800",
    "9th",
    "é",
  ),
);
const { type: types } = fc.letrec<{ type: FieldType; field: Field }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc
      .constantFrom("string", "integer", "number", "boolean", "date", "binary", "json")
      .map((kind) => ({ kind }) as FieldType),
    fc.boolean().map((zone) => ({ kind: "timestamp" as const, zone })),
    fc
      .integer({ min: 1, max: 38 })
      .chain((precision) =>
        fc
          .integer({ min: 0, max: precision })
          .map((scale) => ({ kind: "decimal" as const, precision, scale })),
      ),
    fc.record({ kind: fc.constant("list" as const), item: tie("type") }),
    fc.record({ kind: fc.constant("struct" as const), fields: fc.array(tie("field"), { maxLength: 4 }) }),
  ),
  field: fc.oneof(
    fc.record({ name: names, type: tie("type") }),
    fc.record({ name: names, type: tie("type"), required: fc.constant(true) }),
  ),
}));

function messageOf(text: string): string {
  try {
    parseFieldType(text);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
}

describe("field types as text", () => {
  test("reading what was written gives the same type", () => {
    fc.assert(
      fc.property(types, (type) => {
        const read = parseFieldType(formatFieldType(type));
        expect(read).toEqual(type);
        expect(sameFieldType(read, type)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("case and white space do not matter", () => {
    expect(
      parseFieldType(" LIST < Struct< A :Decimal( 10 , 2 ) ! , b: TIMESTAMP with  Time zone > > "),
    ).toEqual({
      kind: "list",
      item: {
        kind: "struct",
        fields: [
          { name: "A", type: { kind: "decimal", precision: 10, scale: 2 }, required: true },
          { name: "b", type: { kind: "timestamp", zone: true } },
        ],
      },
    });
  });

  test("every known word is read", () => {
    const scalars = FIELD_TYPE_WORDS.filter((word) => word !== "list" && word !== "struct");
    for (const word of scalars) expect(parseFieldType(word).kind, word).toBeTypeOf("string");
    expect(parseFieldType("int")).toEqual({ kind: "integer" });
    expect(parseFieldType("datetime")).toEqual({ kind: "timestamp", zone: false });
    expect(parseFieldType("object")).toEqual({ kind: "json" });
  });

  test.each([
    ["", 1, "a type"],
    ["strin", 1, 'a known type, not "strin"'],
    ["constructor", 1, 'a known type, not "constructor"'],
    ["string string", 8, "the end of the type"],
    ["decimal(39,1)", 1, "decimal(p,s)"],
    ["decimal(2,3)", 1, "decimal(p,s)"],
    ["decimal(0)", 1, "decimal(p,s)"],
    ["decimal(x)", 9, "a number"],
    ["decimal(2", 10, '")"'],
    ["list<string", 12, '">"'],
    ["list<whole>", 6, 'a known type, not "whole"'],
    ["list", 5, '"<"'],
    ["struct<a>", 9, '":"'],
    ["struct<a: date, >", 17, "a member name"],
    ['struct<"a: date>', 8, "a closing quote"],
    ['struct<"\\x": date>', 12, "a name quoted as a JSON string"],
  ])("%j is refused at column %i, which should be %s", (text, column, expected) => {
    expect(messageOf(text)).toContain(`column ${column} should be ${expected}`);
  });

  test("any text is read or refused with a code", () => {
    const pieces = fc.constantFrom(
      "list",
      "struct",
      "decimal",
      "<",
      ">",
      "(",
      ")",
      ",",
      ":",
      "!",
      '"',
      "\\",
      "a",
      "9",
      " ",
      "integer",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const message = messageOf(text);
        if (message !== "nothing was thrown") expect(message).toContain("is not a field type: column");
      }),
      { numRuns: 500 },
    );
  });
});

describe("sameFieldType", () => {
  test("parameters and members count", () => {
    const different: [string, string][] = [
      ["decimal(10,2)", "decimal(10,3)"],
      ["timestamp", "timestamp_tz"],
      ["list<string>", "list<json>"],
      ["struct<a: date>", "struct<b: date>"],
      ["struct<a: date>", "struct<a: date!>"],
      ["struct<a: date>", "struct<a: date, b: date>"],
      ["string", "json"],
    ];
    for (const [left, right] of different)
      expect(sameFieldType(parseFieldType(left), parseFieldType(right)), `${left} and ${right}`).toBe(false);
  });
});
