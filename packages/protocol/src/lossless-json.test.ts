import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseLosslessJson } from "./lossless-json.js";

/** Writes a value as JSON text, bigints as bare digits; one token at a time, so independent of the parser. */
function write(value: unknown, space: string): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value))
    return `[${space}${value.map((item) => write(item, space)).join(`${space},`)}${space}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}${space}:${write(item, space)}`,
  );
  return `{${members.join(`,${space}`)}}`;
}

const unsafe = fc.oneof(
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
  fc.bigInt({ min: -(2n ** 80n), max: -(2n ** 53n) }),
);
const texts = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "\\",
    '\\"',
    '":12345678901234567890,"',
    "12345678901234567890",
    "\\\\12345678901234567890",
  ),
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    unsafe,
    texts,
    fc.maxSafeInteger(),
    fc.constantFrom(null, true, 0.1, 1.2345678901234567, 1e300, -0.5),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(texts, fc.constant("__proto__")), tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));

describe("parseLosslessJson", () => {
  test("keeps every integer", () => {
    fc.assert(
      fc.property(values, fc.constantFrom("", " ", "\n\t"), (value, space) => {
        return isDeepStrictEqual(parseLosslessJson(write(value, space)), value);
      }),
      { numRuns: 500 },
    );
  });

  test("agrees with JSON.parse on any text it refuses, and on what it accepts where no integer is large", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      '"',
      "\\",
      "12345678901234567890",
      "00",
      "1.5",
      "e5",
      "-",
      "a",
      " ",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        const text = parts.join("");
        let expected: string | undefined;
        try {
          JSON.parse(text);
        } catch (error) {
          expected = (error as Error).message;
        }
        if (expected === undefined) parseLosslessJson(text);
        else expect(() => parseLosslessJson(text)).toThrow(expected);
      }),
      { numRuns: 500 },
    );
  });

  test("the boundary of safe integers", () => {
    expect(
      parseLosslessJson("[9007199254740991,9007199254740992,-9007199254740991,-9007199254740992]"),
    ).toEqual([9007199254740991, 9007199254740992n, -9007199254740991, -9007199254740992n]);
  });

  test("numbers with a fraction or an exponent stay numbers", () => {
    expect(
      parseLosslessJson("[1e20, 12345678901234567890.5, 1.234567890123456789012, 9007199254740993]"),
    ).toEqual([1e20, 12345678901234567000, Number("1.234567890123456789012"), 9007199254740993n]);
  });

  test("digits in texts and keys stay text", () => {
    expect(
      parseLosslessJson('{"12345678901234567890":"\\"12345678901234567890","n":12345678901234567890}'),
    ).toEqual({
      "12345678901234567890": '"12345678901234567890',
      n: 12345678901234567890n,
    });
  });

  test("long texts and deep nesting do not overflow the stack", () => {
    const long = JSON.stringify("\n".repeat(3_000_000));
    expect((parseLosslessJson(`[12345678901234567890,${long}]`) as unknown[])[0]).toBe(12345678901234567890n);
    expect(parseLosslessJson(`${"[".repeat(50_000)}12345678901234567890${"]".repeat(50_000)}`)).toHaveLength(
      1,
    );
  });
});
