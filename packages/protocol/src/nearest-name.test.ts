import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearestNames } from "./nearest-name.js";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["", "abc", 3],
    ["source", "sourec", 1],
    ["source", "sorce", 1],
    ["target", "traget", 1],
    ["kitten", "sitting", 3],
  ])("of %j and %j is %i", (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
  });

  it("is the same both ways, zero for equals only, and at most the longer length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (left, right) => {
        const distance = editDistance(left, right);
        expect(editDistance(right, left)).toBe(distance);
        expect(distance === 0).toBe(left === right);
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
      }),
    );
  });
});

describe("nearestNames", () => {
  it("gives likely meanings only, nearest first, whatever the case and separators", () => {
    expect(nearestNames("Custom-Reader", ["custom_reader", "custom_writer", "type"])).toEqual([
      "custom_reader",
      "custom_writer",
    ]);
    expect(nearestNames("zzz", ["source", "target"])).toEqual([]);
    expect(nearestNames("role", ["region", "role_arn"])).toEqual(["role_arn"]);
  });
});
