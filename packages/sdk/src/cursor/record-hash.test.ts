import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recordHash } from "./record-hash.js";

describe("recordHash", () => {
  it("does not depend on the order of keys, at any depth", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed = (inner: unknown): unknown =>
          Array.isArray(inner)
            ? inner.map(reversed)
            : typeof inner === "object" && inner !== null
              ? Object.fromEntries(
                  Object.entries(inner)
                    .reverse()
                    .map(([key, item]) => [key, reversed(item)]),
                )
              : inner;
        expect(recordHash({ value: reversed(value) })).toBe(recordHash({ value }));
      }),
    );
  });

  it.each([
    [{ a: 1 }, { a: "1" }],
    [{ a: null }, {}],
    [{ a: null }, { a: "null" }],
    [{ a: ["b", "c"] }, { a: ["bc"] }],
    [
      { a: "b", c: "" },
      { a: "", c: "b" },
    ],
    [{ a: { b: 1 } }, { a: [["b", 1]] }],
    [{ a: new Date(0) }, { a: 0 }],
    [{ a: new Uint8Array([1]) }, { a: new Uint8Array([2]) }],
    [{ a: true }, { a: false }],
  ])("tells %o from %o", (left, right) => {
    expect(recordHash(left)).not.toBe(recordHash(right));
  });

  it("takes undefined for missing, and bigint for number", () => {
    expect(recordHash({ a: 1, b: undefined })).toBe(recordHash({ a: 1n }));
  });
});
