import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanJsonRecords } from "./json-records.js";

const encode = (text: string) => new TextEncoder().encode(text);

/** What JSON.parse says of the same text. */
function parsed(text: string): string | number {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "invalid";
  }
  if (!Array.isArray(value)) return "other";
  const items: readonly unknown[] = value;
  const isRecord = (one: unknown) => typeof one === "object" && one !== null && !Array.isArray(one);
  return items.every(isRecord) ? items.length : "other";
}

function scanned(text: string): string | number {
  const found = scanJsonRecords(encode(text));
  return found.kind === "records" ? found.count : found.kind;
}

describe("scanJsonRecords", () => {
  it("counts what JSON.parse would return, however it is spaced", () => {
    const value = fc.oneof(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.jsonValue());
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, "\t"), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        expect(scanned(text)).toBe(parsed(text));
      }),
      { numRuns: 500 },
    );
  });

  it("accepts what JSON.parse accepts and nothing else, when texts are damaged", () => {
    const pieces = [
      ...'[]{},:"\\ \n\t0123456789.eE+-u/bfnrtx',
      "true",
      "false",
      "null",
      '"a"',
      '{"a":1}',
      "\\u00e9",
      "\u0001",
      "é",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        expect(scanned(text), JSON.stringify(text)).toBe(parsed(text));
      }),
      { numRuns: 20_000 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
        fc.nat(),
        fc.constantFrom("", ...pieces),
        (json, at, piece) => {
          const whole = JSON.stringify(json);
          const index = at % whole.length;
          const text = whole.slice(0, index) + piece + whole.slice(index + 1);
          expect(scanned(text), JSON.stringify(text)).toBe(parsed(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("is not stopped by depth", () => {
    const deep = `[{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}]`;
    expect(scanned(deep)).toBe(1);
    expect(scanned(deep.slice(0, -1))).toBe("invalid");
  });

  it.each([
    ["", 0],
    ['[{"a":1},]', 9],
    ['[{"a":tru}]', 9],
    ['[{"a":"x', 8],
    ['[{"a":1}] x', 10],
  ])("says where %j stops being JSON", (text, offset) => {
    expect(scanJsonRecords(encode(text))).toEqual({ kind: "invalid", offset });
  });
});
