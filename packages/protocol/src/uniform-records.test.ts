import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanJsonRecords } from "./json-records.js";
import { JSON_KIND, scanUniformRecords } from "./uniform-records.js";

const encode = (text: string) => new TextEncoder().encode(text);

/** Values as they stand in a text, by their kind. */
const VALUES: readonly (readonly [keyof typeof JSON_KIND, ...string[]])[] = [
  ["null", "null"],
  ["boolean", "true", "false"],
  ["integer", "0", "7", "-12", "999999999999999", "-100000000000000"],
  ["longInteger", "1000000000000000", "-999999999999999999"],
  ["number", "0.5", "-0.0", "1e5", "12E-3", "3.25e+20", "1.0"],
  [
    "text",
    '""',
    '"a"',
    '"é😀"',
    '"\\u00e9\\n\\"\\\\"',
    '"2024-02-30"',
    '"2024-1-01"',
    '"2024-13-01T00:00:00Z"',
    '"2024-01-01T24:00:00Z"',
    '"2024-01-01 00:00:00"',
    '"2024-01-01T00:00:00.000Z"',
    '"2024-01-01T00:00:00.100000Z"',
    '"2024-01-01T00:00:00.12Z"',
    '"2024-01-01T00:00:00+00:00"',
    '"2024-01-01T00:00"',
  ],
  ["date", '"2024-02-29"', '"0001-12-31"'],
  [
    "timestamp",
    '"2024-01-01T00:00:00"',
    '"1999-12-31T23:59:59.120"',
    '"1999-12-31T23:59:59.000001"',
    '"1999-12-31T23:59:59.120300"',
  ],
  ["zonedTimestamp", '"2024-01-01T00:00:00Z"', '"2024-01-01T00:00:00.100Z"', '"2024-01-01T00:00:00.100001Z"'],
  [
    "odd",
    "-0",
    "1000000000000000000",
    "1e400",
    "1e100",
    '"\\ud800"',
    '"\\uD83D\\uDE00"',
    `${"9".repeat(250)}.5`,
  ],
];

const value = fc.oneof(
  ...VALUES.map(([kind, ...texts]) =>
    fc.constantFrom(...texts).map((text) => ({ kind: JSON_KIND[kind], text })),
  ),
);
const name = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("id", "a", "__proto__", "1"),
);
const space = fc.constantFrom("", "", "", " ", "\n\t ");

/** Records with the same members, as they stand in a text. */
const records = fc
  .tuple(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), fc.nat({ max: 6 }))
  .chain(([names, count]) =>
    fc.record({
      names: fc.constant(names),
      rows: fc.array(fc.tuple(...names.map(() => value)), { minLength: count, maxLength: count }),
      space,
    }),
  )
  .map(({ names, rows, space: s }) => ({
    names,
    rows,
    text: `${s}[${s}${rows
      .map(
        (row) =>
          `{${s}${row.map(({ text }, at) => `${JSON.stringify(names[at])}${s}:${s}${text}${s}`).join(`,${s}`)}}${s}`,
      )
      .join(`,${s}`)}]${s}`,
  }));

describe("scanUniformRecords", () => {
  it("knows the members of records and the kinds of their values", () => {
    fc.assert(
      fc.property(records, ({ names, rows, text }) => {
        const found = scanUniformRecords(encode(text));
        // A key that JSON writes with an escape is left to others.
        if (rows.length > 0 && names.some((one) => JSON.stringify(one).includes("\\"))) {
          expect(found).toBeUndefined();
          return;
        }
        expect(found?.count, text).toBe(rows.length);
        const columns = names.map((one, at) => ({
          name: one,
          kinds: rows.reduce((kinds, row) => kinds | (row[at]?.kind ?? 0), 0),
        }));
        expect(found?.columns, text).toEqual(rows.length === 0 ? [] : columns);
      }),
      { numRuns: 2000 },
    );
  });

  it("takes nothing that JSON.parse refuses, and counts what it returns, when texts are damaged", () => {
    const pieces = [...'[]{},:"\\ \n0123456789.eE+-u', "null", '"a":', '{"id":1}', "", "\\u00e9", "\u0001"];
    fc.assert(
      fc.property(
        records,
        fc.nat(),
        fc.constantFrom(...pieces),
        fc.boolean(),
        ({ text }, at, piece, keep) => {
          const index = at % text.length;
          const cut = text.slice(0, index) + piece + text.slice(keep ? index : index + 1);
          // Half a character becomes U+FFFD on its way to bytes.
          const damaged = new TextDecoder().decode(encode(cut));
          let parsed: readonly Record<string, unknown>[] | undefined;
          try {
            parsed = JSON.parse(damaged);
          } catch {
            parsed = undefined;
          }
          const found = scanUniformRecords(encode(damaged));
          if (parsed === undefined) {
            expect(found, damaged).toBeUndefined();
            expect(scanJsonRecords(encode(damaged)).kind, damaged).toBe("invalid");
          } else if (found !== undefined) {
            expect(found.count, damaged).toBe(parsed.length);
            const names = found.columns.map((column) => column.name).sort();
            for (const record of parsed) expect(Object.keys(record).sort(), damaged).toEqual(names);
          }
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['[{"a":1},{"b":1}]', "another key"],
    ['[{"a":1,"b":2},{"b":2,"a":1}]', "another order"],
    ['[{"a":1},{"a":1,"b":2}]', "a member more"],
    ['[{"a":1,"b":2},{"a":1}]', "a member less"],
    ['[{"a":1,"a":2}]', "a key that is there twice"],
    ['[{"a":[1]}]', "a list"],
    ['[{"a":{}}]', "a record in a record"],
    ["[{}]", "a record without members"],
    ["[1]", "something that is no record"],
    ['{"a":1}', "no list"],
  ])("leaves %s to others: %s", (text) => {
    expect(scanUniformRecords(encode(text))).toBeUndefined();
    expect(scanJsonRecords(encode(text)).kind).not.toBe("invalid");
  });
});
