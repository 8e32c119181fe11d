import fc from "fast-check";
import { expect, it } from "vitest";
import { copyState, NotJson } from "./state-copy.js";

it("copies every JSON value as storing and reading it would", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const stored = JSON.parse(JSON.stringify(value));
      expect(copyState(stored)).toEqual(stored);
    }),
  );
});

it("accepts only what storing and reading leaves the same", () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true }),
      (value) => {
        let copy: unknown;
        try {
          copy = copyState(value);
        } catch (error) {
          expect(error).toBeInstanceOf(NotJson);
          return;
        }
        expect(JSON.parse(JSON.stringify(copy))).toEqual(JSON.parse(JSON.stringify(value)));
      },
    ),
  );
});

it("is a copy", () => {
  const state = { inner: [1] };
  const copy = copyState(state);
  state.inner.push(2);
  expect(copy).toEqual({ inner: [1] });
});

it("keeps a member that is named like a prototype", () => {
  const state = JSON.parse('{ "__proto__": { "a": 1 } }');
  expect(JSON.stringify(copyState(state))).toBe('{"__proto__":{"a":1}}');
});
