import fc from "fast-check";
import { expect, it } from "vitest";
import { counted, formatBytes, formatCount, formatRate, formatSeconds } from "./numbers.js";

it.each([
  [0, "0"],
  [999, "999"],
  [1000, "1\u202f000"],
  [412390, "412\u202f390"],
  [12345678901234567890n, "12\u202f345\u202f678\u202f901\u202f234\u202f567\u202f890"],
])("groups the digits of %s", (count, text) => {
  expect(formatCount(count)).toBe(text);
});

it("keeps every digit", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n }),
      (count) => formatCount(count).replaceAll("\u202f", "") === String(count),
    ),
  );
});

it.each([
  [0.012, "12 ms"],
  [0.9996, "1.0 s"],
  [11.24, "11.2 s"],
  [59.96, "1 min 00 s"],
  [200, "3 min 20 s"],
  [7500, "2 h 05 min"],
])("says %s seconds as %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

it.each([
  [5, "5 B"],
  [999_999, "1.0 MB"],
  [1500, "1.5 kB"],
  [41_000_000, "41 MB"],
  [2_340_000_000, "2.3 GB"],
])("says %s bytes as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [7, "7/s"],
  [38_123, "38 k/s"],
  [1_230_000, "1.2 M/s"],
])("says a rate of %s as %s", (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

it("counts things", () => {
  expect([counted(1, "file"), counted(2, "file")]).toEqual(["1 file", "2 files"]);
});
