import { expect, it } from "vitest";
import { wholeLines } from "./whole-lines.js";

it("passes whole lines on, and one without an end after a while", async () => {
  const passed: string[] = [];
  const take = wholeLines((lines) => passed.push(lines));
  for (const text of ["a", "\n", "b\nc\nd", "e\n", "f"]) take(text);
  expect(passed).toEqual(["a\n", "b\nc\n", "de\n"]);
  await expect.poll(() => passed).toEqual(["a\n", "b\nc\n", "de\n", "f\n"]);
  take("g\n");
  expect(passed.at(-1)).toBe("g\n");
});
