import fc from "fast-check";
import { expect, test } from "vitest";
import { parseLosslessJson, stringifyLosslessJson } from "./lossless-json.js";
import { keepState, restoreState } from "./state-json.js";

const integer = fc.oneof(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), fc.maxSafeInteger());
const { position } = fc.letrec((tie) => ({
  position: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.string(),
    integer,
    fc.array(tie("position")),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$dativo", "value")), tie("position")),
  ),
}));

/** The same text that a plugin would write: digits, whatever the size. */
const text = (value: unknown) => stringifyLosslessJson(value);

test("a position with integers of any size comes back as it was, through what JSON can hold", () => {
  fc.assert(
    fc.property(position, (value) => {
      const written = text(value);
      const kept = keepState(parseLosslessJson(written));
      expect(text(restoreState(JSON.parse(JSON.stringify(kept))))).toBe(written);
    }),
  );
});

test("an integer that a double would round keeps its last digit", () => {
  const kept = keepState(parseLosslessJson('{"id":9223372036854775807,"page":7}'));
  expect(kept).toEqual({ id: { $dativo: "bigint", value: "9223372036854775807" }, page: 7 });
  expect(text(restoreState(kept))).toBe('{"id":9223372036854775807,"page":7}');
});

test("text that looks like the digits of an integer stays text", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^-?\d{1,30}$/), (digits) => {
      expect(text({ digits, id: 2n ** 60n })).toBe(`{"digits":"${digits}","id":1152921504606846976}`);
    }),
  );
});
