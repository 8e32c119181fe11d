import type { FieldKind } from "@dativo/protocol";

/** One way in which a value may differ from its field's own form and still be stored without losing anything. */
export interface Coercion {
  /** Stable name, counted in `PackResult.coercions`. */
  readonly id: string;
  /** What the value may be. */
  readonly from: string;
  /** Kind of the field. */
  readonly to: FieldKind;
  /** What is accepted and what is not. */
  readonly rule: string;
  /** A value before and after, as JavaScript. */
  readonly example: readonly [before: string, after: string];
}

/** Every coercion that packing does; the reference page is generated from this table. */
export const COERCIONS = [
  {
    id: "string_to_integer",
    from: "string",
    to: "integer",
    rule: "Digits with an optional minus; no spaces, signs, leading zeros or points.",
    example: ['"42"', "42"],
  },
  {
    id: "string_to_number",
    from: "string",
    to: "number",
    rule: "A decimal number whose value a double holds, as its shortest text shows.",
    example: ['"0.5"', "0.5"],
  },
  {
    id: "bigint_to_number",
    from: "bigint",
    to: "number",
    rule: "An integer that a double holds exactly.",
    example: ["42n", "42"],
  },
  {
    id: "number_to_decimal",
    from: "number",
    to: "decimal",
    rule: "A finite number whose shortest text fits the scale and precision.",
    example: ["12.5", '"12.50"'],
  },
  {
    id: "bigint_to_decimal",
    from: "bigint",
    to: "decimal",
    rule: "An integer that fits the precision.",
    example: ["12n", '"12.00"'],
  },
  {
    id: "number_to_string",
    from: "number",
    to: "string",
    rule: "Written as JavaScript writes it.",
    example: ["1.5", '"1.5"'],
  },
  {
    id: "bigint_to_string",
    from: "bigint",
    to: "string",
    rule: "Written in digits.",
    example: ["12n", '"12"'],
  },
  {
    id: "boolean_to_string",
    from: "boolean",
    to: "string",
    rule: "Written as true or false.",
    example: ["true", '"true"'],
  },
  {
    id: "date_to_string",
    from: "Date",
    to: "string",
    rule: "Written as ISO 8601 text in UTC; not for invalid dates.",
    example: ["new Date(0)", '"1970-01-01T00:00:00.000Z"'],
  },
  { id: "number_to_boolean", from: "number", to: "boolean", rule: "0 and 1 only.", example: ["1", "true"] },
  {
    id: "string_to_boolean",
    from: "string",
    to: "boolean",
    rule: '"true" and "false" only, in lower case.',
    example: ['"true"', "true"],
  },
  {
    id: "date_to_timestamp",
    from: "Date",
    to: "timestamp",
    rule: "A valid date; a timestamp without zone takes its reading in UTC.",
    example: ["new Date(0)", '"1970-01-01T00:00:00Z"'],
  },
  {
    id: "offset_to_timestamp",
    from: "string",
    to: "timestamp",
    rule: "ISO text with an offset other than Z, for a timestamp with zone; converted to UTC.",
    example: ['"2026-01-04T11:00:00+01:00"', '"2026-01-04T10:00:00Z"'],
  },
  {
    id: "date_to_date",
    from: "Date",
    to: "date",
    rule: "A valid date at midnight UTC.",
    example: ["new Date(0)", '"1970-01-01"'],
  },
  {
    id: "base64_to_binary",
    from: "string",
    to: "binary",
    rule: "Base64 with padding, exactly as an encoder writes it.",
    example: ['"aGk="', "Uint8Array [104, 105]"],
  },
  {
    id: "bytes_to_json",
    from: "bytes",
    to: "json",
    rule: "Written as Base64 text, also inside lists and objects.",
    example: ["Uint8Array [104, 105]", '"aGk="'],
  },
] as const satisfies readonly Coercion[];

/** Name of a coercion. */
export type CoercionId = (typeof COERCIONS)[number]["id"];

/** How often a coercion was needed in a field. */
export interface CoercionCount {
  /** Path of the field, with `[]` for the items of a list. */
  readonly field: string;
  readonly coercion: CoercionId;
  readonly count: number;
}
