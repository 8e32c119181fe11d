import fc from "fast-check";
import { expect, it } from "vitest";
import { csvLine } from "./csv-line.js";

it("tells null, empty text, binary and nested values apart", () => {
  expect(csvLine([null, "", "a,b", 'say "x"', 1n, new Uint8Array([1, 2]), { a: [1n] }, " x"])).toBe(
    ',"","a,b","say ""x""",1,AQI=,"{""a"":[""1""]}"," x"',
  );
});

it("loses no text", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 5 }), (values) => {
      expect(parse(csvLine(values))).toEqual(values);
    }),
  );
});

/** Reads one record of RFC 4180. */
function parse(line: string): string[] {
  const values: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g))
    values.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
  return values;
}
