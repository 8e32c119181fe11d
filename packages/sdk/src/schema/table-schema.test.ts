import { formatFieldType } from "@dativo/protocol";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { z as mini } from "zod/mini";
import { binary, decimal, integer, json, timestamp } from "./column-types.js";
import { tableSchemaOf } from "./table-schema.js";

function columnOf(schema: StandardSchemaV1): string {
  const [field] = tableSchemaOf({ schema })?.fields ?? [];
  return field === undefined ? "none" : `${formatFieldType(field.type)}${field.required === true ? "!" : ""}`;
}

describe("tableSchemaOf a zod object", () => {
  it.each([
    [z.string(), "string!"],
    [z.string().min(3).max(5), "string!"],
    [z.uuid(), "string!"],
    [z.email(), "string!"],
    [z.int(), "integer!"],
    [z.number().int(), "integer!"],
    [z.int32(), "integer!"],
    [z.bigint(), "integer!"],
    [z.int64(), "integer!"],
    [z.number(), "number!"],
    [z.float32(), "number!"],
    [z.boolean(), "boolean!"],
    [z.iso.datetime(), "timestamp_tz!"],
    [z.iso.datetime({ offset: true }), "timestamp_tz!"],
    [z.iso.datetime({ local: true }), "timestamp!"],
    [z.string().datetime(), "timestamp_tz!"],
    [z.iso.date(), "date!"],
    [z.date(), "timestamp_tz!"],
    [z.instanceof(Uint8Array), "binary!"],
    [z.instanceof(Uint8Array).describe("bytes"), "binary!"],
    [z.instanceof(Buffer), "binary!"],
    [z.instanceof(Map), "json!"],
    [z.array(z.int()), "list<integer>!"],
    [z.array(z.array(z.string().nullable())), "list<list<string>>!"],
    [z.object({ a: z.int(), b: z.string().optional() }), "struct<a: integer!, b: string>!"],
    [z.looseObject({ a: z.int() }), "json!"],
    [z.object({}), "json!"],
    [z.record(z.string(), z.int()), "json!"],
    [z.enum(["a", "b"]), "string!"],
    [z.literal("a"), "string!"],
    [z.literal([1, 2]), "integer!"],
    [z.literal(true), "boolean!"],
    [z.union([z.literal("a"), z.literal("b")]), "string!"],
    [z.union([z.string(), z.null()]), "string"],
    [z.union([z.string(), z.number()]), "json!"],
    [z.templateLiteral(["a", z.string()]), "string!"],
    [z.any(), "json"],
    [z.unknown(), "json"],
    [z.json(), "json"],
    [z.lazy(() => z.string()), "json"],
    [z.string().nullable(), "string"],
    [z.string().optional(), "string"],
    [z.string().nullish(), "string"],
    [z.string().default("x"), "string"],
    [z.string().readonly(), "string!"],
    [z.string().transform(Number), "string!"],
    [z.preprocess((value) => value, z.int()), "integer!"],
    [
      z.codec(z.iso.datetime(), z.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      }),
      "timestamp_tz!",
    ],
    [z.string().brand("id"), "string!"],
    [decimal(10, 2), "decimal(10,2)!"],
    [decimal(38, 9).nullable(), "decimal(38,9)"],
    [integer(), "integer!"],
    [timestamp(), "timestamp_tz!"],
    [timestamp({ zone: false }).optional(), "timestamp"],
    [binary().nullable(), "binary"],
    [json(), "json"],
    [z.array(decimal(5, 1)), "list<decimal(5,1)>!"],
    [z.string().meta({ dativo: "decimal(12,4)" }), "decimal(12,4)!"],
  ])("%#: %j", (column, expected) => {
    expect(columnOf(z.object({ column }))).toBe(expected);
  });

  it("reads zod/mini too", () => {
    expect(columnOf(mini.object({ column: mini.optional(mini.iso.datetime()) }))).toBe("timestamp_tz");
  });

  it("keeps descriptions and the key", () => {
    expect(
      tableSchemaOf({
        schema: z.object({ id: z.string().describe("Identifies it.").nullable() }),
        key: ["id"],
      }),
    ).toEqual({
      fields: [{ name: "id", type: { kind: "string" }, description: "Identifies it." }],
      key: ["id"],
    });
  });

  it("has no columns for what is not an object", () => {
    expect(tableSchemaOf({ schema: z.string() })).toBeUndefined();
    expect(tableSchemaOf({})).toBeUndefined();
  });

  it("refuses a type that is not one", () => {
    expect(() => columnOf(z.object({ column: z.string().meta({ dativo: "decimale" }) }))).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });
});

describe("tableSchemaOf another Standard Schema", () => {
  const described = (schema: Record<string, unknown>): StandardSchemaV1 => ({
    "~standard": {
      version: 1,
      vendor: "other",
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => schema, output: () => schema },
    } as StandardSchemaV1.Props & StandardJSONSchemaV1.Props,
  });

  it("reads its JSON Schema", () => {
    const schema = described({
      type: "object",
      required: ["id", "maybe"],
      properties: {
        id: { type: "integer", description: "Identifies it." },
        at: { type: "string", format: "date-time" },
        day: { type: "string", format: "date" },
        maybe: { type: ["string", "null"] },
        either: { anyOf: [{ type: "number" }, { type: "null" }] },
        mixed: { anyOf: [{ type: "number" }, { type: "string" }] },
        list: { type: "array", items: { type: "boolean" } },
        nested: { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
        open: { type: "object" },
        anything: {},
      },
    });
    expect(
      tableSchemaOf({ schema })?.fields.map(
        ({ name, type, required }) => `${name}: ${formatFieldType(type)}${required ? "!" : ""}`,
      ),
    ).toEqual([
      "id: integer!",
      "at: timestamp_tz",
      "day: date",
      "maybe: string",
      "either: number",
      "mixed: json",
      "list: list<boolean>",
      "nested: struct<a: number!>",
      "open: json",
      "anything: json",
    ]);
  });

  it("takes the columns stated, when it cannot tell", () => {
    const schema: StandardSchemaV1 = {
      "~standard": { version: 1, vendor: "other", validate: (value) => ({ value }) },
    };
    expect(tableSchemaOf({ schema })).toBeUndefined();
    expect(tableSchemaOf({ schema, fields: [{ name: "a", type: { kind: "date" } }] })).toEqual({
      fields: [{ name: "a", type: { kind: "date" } }],
    });
  });
});
