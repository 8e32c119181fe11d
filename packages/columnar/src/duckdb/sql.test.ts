import { formatFieldType } from "@dativo/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fieldType, uniqueNames } from "../../test/arbitraries.js";
import type { Connection } from "./connection.js";
import { DuckDb } from "./duckdb.js";
import { columnType, quoteIdentifier, quoteLiteral } from "./sql.js";

let database: DuckDb;
let connection: Connection;

beforeAll(async () => {
  database = await DuckDb.open();
  connection = database.connect();
});

afterAll(() => database.close());

describe("SQL that is put together", () => {
  it("says every text", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.constantFrom("'; DROP TABLE t; --", "\0", "a\0'b\0", "\\"),
        ),
        async (text) => {
          expect((await connection.query(`SELECT ${quoteLiteral(text)} AS v`)).rows).toEqual([{ v: text }]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("says every name", async () => {
    await fc.assert(
      fc.asyncProperty(uniqueNames(5), async (names) => {
        const sql = `SELECT ${names.map((name, index) => `${index} AS ${quoteIdentifier(name)}`).join(", ")}`;
        expect((await connection.describe(sql)).fields.map((field) => field.name)).toEqual(names);
      }),
      { numRuns: 100 },
    );
    expect(() => quoteIdentifier("a\0b")).toThrow(/NUL/);
  });

  it("says every type", async () => {
    await fc.assert(
      fc.asyncProperty(fieldType, async (type) => {
        const { fields } = await connection.describe(`SELECT CAST(NULL AS ${columnType(type)}) AS v`);
        expect(fields.map((field) => formatFieldType(field.type))).toEqual([formatFieldType(type)]);
      }),
      { numRuns: 200 },
    );
  });
});
