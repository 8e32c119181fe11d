import {
  formatFieldType,
  parseFieldType,
  type RelationBatch,
  type Row,
  type TableSchema,
} from "@dativo/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compilePacker } from "../pack/packer.js";
import type { Connection } from "./connection.js";
import { DuckDb } from "./duckdb.js";
import { relationValidation } from "./relation-validation.js";

let database: DuckDb;
let connection: Connection;

beforeAll(async () => {
  database = await DuckDb.open();
  connection = database.connect();
});

afterAll(() => database.close());

const relationOf = async (sql: string): Promise<RelationBatch> => ({
  form: "relation",
  sql,
  schema: await connection.describe(sql),
});
const fieldsOf = (types: Record<string, string>): TableSchema => ({
  fields: Object.entries(types).map(([name, text]) => {
    const required = text.endsWith("!");
    return { name, type: parseFieldType(required ? text.slice(0, -1) : text), ...(required && { required }) };
  }),
});

async function validate(sql: string, target: TableSchema, mode: "strict" | "warn" = "strict") {
  const validation = await relationValidation(connection, await relationOf(sql), target, mode);
  const valid = await connection.query(validation.validSql);
  const invalid =
    validation.invalidSql === undefined ? [] : (await connection.query(validation.invalidSql)).rows;
  const count =
    validation.invalidCountSql === undefined
      ? 0
      : (await connection.query(validation.invalidCountSql)).rows[0]?.count;
  expect(count).toBe(invalid.length);
  expect(valid.schema.fields.map((field) => [field.name, formatFieldType(field.type)])).toEqual(
    target.fields.map((field) => [field.name, formatFieldType(field.type).replaceAll("!", "")]),
  );
  return { ...validation, valid: valid.rows, invalid };
}

describe("checking a relation", () => {
  it("passes a relation of the same columns on as it is", async () => {
    const sql = "SELECT 1::BIGINT AS a, 'x' AS b";
    const { identical, validSql, invalidSql } = await validate(sql, fieldsOf({ a: "integer", b: "string" }));
    expect({ identical, validSql, invalidSql }).toEqual({
      identical: true,
      validSql: sql,
      invalidSql: undefined,
    });
  });

  it("casts columns of other physical types without a check", async () => {
    const { identical, invalidSql, valid } = await validate(
      "SELECT 1::INTEGER AS a, 2.5::FLOAT AS b",
      fieldsOf({ a: "integer", b: "number" }),
    );
    expect({ identical, invalidSql, valid }).toEqual({
      identical: false,
      invalidSql: undefined,
      valid: [{ a: 1, b: 2.5 }],
    });
  });

  it("puts columns in the order of the schema and fills missing ones with null", async () => {
    const { valid } = await validate(
      "SELECT 'x' AS b, 1::BIGINT AS a",
      fieldsOf({ a: "integer", b: "string", c: "date" }),
    );
    expect(valid).toEqual([{ a: 1, b: "x", c: null }]);
  });

  it("takes the texts, numbers and booleans of a json column as text, and rejects what is nested", async () => {
    const sql = `SELECT unnest(['"Jaws"', '300', '1.50', 'true', '{"a": 1}', NULL])::JSON AS title`;
    const { valid, invalid } = await validate(sql, fieldsOf({ title: "string" }));
    expect(valid.map(({ title }) => title)).toEqual(
      expect.arrayContaining(["Jaws", "300", "1.50", "true", null]),
    );
    expect(valid).toHaveLength(5);
    expect(invalid).toMatchObject([{ path: "title", expected: "string" }]);
  });

  it("rejects null where a value is required", async () => {
    const { valid, invalid } = await validate(
      "FROM (VALUES (1::BIGINT, 'x'), (NULL, 'y')) AS t(a, b)",
      fieldsOf({ a: "integer!", b: "string" }),
    );
    expect(valid).toEqual([{ a: 1, b: "x" }]);
    expect(invalid).toEqual([
      { path: "a", reason: "required", expected: "integer", got: "null", record: { a: null, b: "y" } },
    ]);
  });

  it("rejects every record when a required column is missing", async () => {
    const { valid, invalid } = await validate(
      "SELECT 1::BIGINT AS a",
      fieldsOf({ a: "integer", b: "string!" }),
    );
    expect(valid).toEqual([]);
    expect(invalid).toMatchObject([{ path: "b", reason: "required" }]);
  });

  it("treats unknown columns as the mode says", async () => {
    const sql = "SELECT 1::BIGINT AS a, 2::BIGINT AS b";
    const strict = await validate(sql, fieldsOf({ a: "integer" }));
    expect(strict.valid).toEqual([]);
    expect(strict.invalid).toMatchObject([{ path: "b", reason: "unknown_field" }]);
    const warn = await validate(sql, fieldsOf({ a: "integer" }), "warn");
    expect(warn).toMatchObject({ valid: [{ a: 1 }], invalid: [], unknown: ["b"] });
  });

  it("quotes hostile names", async () => {
    const { valid, invalid } = await validate(
      `SELECT '1' AS "a""b'c", '2' AS "select"`,
      fieldsOf({ "a\"b'c": "integer", select: "boolean" }),
    );
    expect(valid).toEqual([]);
    expect(invalid).toMatchObject([
      { path: "select", reason: "format", record: { "a\"b'c": "1", select: "2" } },
    ]);
  });
});

/** Values of a source type, as SQL and as rows hold them. */
const SOURCES: Record<string, { sql: string; values: [sql: string, value: unknown][] }> = {
  string: {
    sql: "VARCHAR",
    values: [
      ..."42| 42|4.0|007|-1|9223372036854775807|9223372036854775808|0.1|1e5|0.1000000000000000055|12.345|12.340|x||true|false|1|0|2024-02-29|2023-02-29|2024-02-29T10:00:00|2024-02-29T10:00:00Z|2024-02-29T10:00:00.1234567Z|2024-02-29T10:00:00.1234560+01:00|aGk=|aGk|100000000|NaN"
        .split("|")
        .map((text): [string, unknown] => [`'${text}'`, text]),
      ["NULL", null],
    ],
  },
  integer: {
    sql: "BIGINT",
    values: [
      ["1", 1],
      ["0", 0],
      ["-5", -5],
      ["9007199254740993", 9007199254740993n],
      ["9223372036854775807", 9223372036854775807n],
      ["NULL", null],
    ],
  },
  number: {
    sql: "DOUBLE",
    values: [
      ["1", 1],
      ["1.5", 1.5],
      ["12.345", 12.345],
      ["0.1", 0.1],
      ["'NaN'::DOUBLE", Number.NaN],
      ["'inf'::DOUBLE", Number.POSITIVE_INFINITY],
      ["1e300", 1e300],
      ["NULL", null],
    ],
  },
  boolean: {
    sql: "BOOLEAN",
    values: [
      ["true", true],
      ["false", false],
      ["NULL", null],
    ],
  },
};

const TARGETS = [
  "string",
  "integer",
  "number",
  "decimal(10,2)",
  "decimal(38,10)",
  "boolean",
  "date",
  "timestamp",
  "timestamp_tz",
  "binary",
  "json",
  "list<integer>",
];

describe("the rules by which rows are packed", () => {
  for (const [from, { sql, values }] of Object.entries(SOURCES))
    it.each(TARGETS.filter((to) => to !== from))(`hold for relations too: ${from} to %s`, async (to) => {
      const target = fieldsOf({ i: "integer", v: to });
      const rows = values.map(([, value], i) => ({ i, v: value }));
      const packed = compilePacker(target).pack(rows);
      const relation = `SELECT i::BIGINT AS i, v::${sql} AS v FROM (VALUES ${values.map(([text], i) => `(${i}, ${text})`).join(", ")}) AS t(i, v) ORDER BY i`;
      const { valid, invalid } = await validate(relation, target);
      const rejected = packed.rejected.map((rejection) => rejection.index);
      expect(invalid.map((row) => (row.record as Row).i).sort((a, b) => Number(a) - Number(b))).toEqual(
        rejected,
      );
      const stored = (await import("../unpack/unpack-rows.js")).unpackRows(packed.batch);
      expect([...valid].sort((a, b) => Number(a.i) - Number(b.i))).toEqual(stored);
    });

  it("hold inside lists and structs", async () => {
    const relation = `FROM (VALUES (0::BIGINT, [{'a': '1', 'b': 1.5::DOUBLE}, NULL]), (1, [{'a': 'x', 'b': 1}]), (2, [{'a': NULL, 'b': NULL}]), (3, NULL), (4, [])) AS t(i, v)`;
    const { valid, invalid } = await validate(
      relation,
      fieldsOf({ i: "integer", v: "list<struct<a: integer, b: decimal(5,2), c: date>>" }),
    );
    expect(valid).toEqual(
      expect.arrayContaining([
        { i: 0, v: [{ a: 1, b: "1.50", c: null }, null] },
        { i: 2, v: [{ a: null, b: null, c: null }] },
        { i: 3, v: null },
        { i: 4, v: [] },
      ]),
    );
    expect(invalid).toMatchObject([{ path: "v", record: { i: 1 } }]);
  });
});
