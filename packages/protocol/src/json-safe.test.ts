import fc from "fast-check";
import { expect, test } from "vitest";
import { toJsonSafe } from "./json-safe.js";

test("any value at all becomes something that JSON can hold", () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withNullPrototype: true,
        withSparseArray: true,
      }),
      (value) => {
        const safe = toJsonSafe(value);
        expect(JSON.parse(JSON.stringify(safe))).toEqual(JSON.parse(JSON.stringify({ safe })).safe);
      },
    ),
  );
});

test("JSON values stay as they are", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      expect(toJsonSafe(plain)).toStrictEqual(plain);
    }),
  );
});

test("what JSON cannot hold stays readable", () => {
  const self: unknown[] = [];
  self.push(self);
  const broken = {
    get no() {
      throw new Error("no");
    },
  };
  expect(
    toJsonSafe({
      big: 1n,
      nan: Number.NaN,
      bytes: new Uint8Array(3),
      call: () => 1,
      list: [undefined],
      map: new Map([["a", 1]]),
      date: new Date(Number.NaN),
      self,
      broken,
    }),
  ).toEqual({
    big: "1",
    nan: "NaN",
    bytes: "[3 bytes]",
    list: [null],
    map: [["a", 1]],
    date: "Invalid Date",
    self: ["[circular]"],
    broken: "[unreadable]",
  });
  expect(toJsonSafe(undefined)).toBeNull();
});
