import { expect, it } from "vitest";
import { growthPerUse } from "./memory-growth.js";

const points = (...held: number[]) => held.map((bytes, index) => ({ uses: (index + 1) * 10, held: bytes }));

it("takes the growth at the end of a series, whatever jumps or settles before", () => {
  expect(growthPerUse(points(0, 1000, 2000, 3000, 4000, 5000, 6000))).toBe(100);
  // What is set up in the first uses is no growth.
  expect(growthPerUse(points(0, 90_000, 99_000, 99_500, 99_500, 99_500, 99_500, 99_500))).toBe(0);
  // A collection that has not happened yet is one odd point.
  expect(growthPerUse(points(0, 0, 900_000, 0, 0, 0, 0))).toBe(0);
  expect(growthPerUse(points(5000, 4000, 3000, 2000))).toBe(0);
});

it("says nothing of fewer points than tell", () => {
  expect(growthPerUse(points(0, 10_000))).toBe(0);
});
