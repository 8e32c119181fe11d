import { expect, test } from "vitest";
import { parseDuration } from "./duration.js";

test.each([
  ["90s", 90],
  ["15m", 900],
  ["2h", 7200],
  ["30d", 2_592_000],
  ["0d", 0],
])("%s is %i seconds", (text, seconds) => {
  expect(parseDuration(text, "since")).toBe(seconds);
});

test.each(["", "1", "d", "1w", "-1d", "1.5h"])("%j is no duration", (text) => {
  expect(() => parseDuration(text, "older-than")).toThrow(
    expect.objectContaining({ code: "USAGE", message: expect.stringContaining("--older-than") }),
  );
});
