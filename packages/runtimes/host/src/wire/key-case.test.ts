import fc from "fast-check";
import { expect, it } from "vitest";
import { fromWire, toWire } from "./key-case.js";

it("leaves what members hold as it is", () => {
  expect(toWire({ defaultObject: "x", connection: { baseUrl: 1, api_key: 2 } })).toEqual({
    default_object: "x",
    connection: { baseUrl: 1, api_key: 2 },
  });
});

it("reads back what it wrote", () => {
  const key = fc.stringMatching(/^[a-z]+([A-Z][a-z]+)*$/);
  fc.assert(
    fc.property(fc.dictionary(key, fc.jsonValue()), (value) => {
      expect(fromWire(toWire(value))).toEqual({ ...value });
    }),
  );
});
