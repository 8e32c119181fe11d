import fc from "fast-check";
import { expect, it } from "vitest";
import { LineSplitter } from "./line-splitter.js";

it("gives the same lines, however the bytes are cut", () => {
  const lines = fc.array(fc.string({ unit: "grapheme" }).map((line) => line.replace(/[\r\n]/g, "")));
  fc.assert(
    fc.property(
      lines,
      fc.array(fc.nat({ max: 7 })),
      fc.constantFrom("\n", "\r\n"),
      (expected, sizes, end) => {
        const bytes = Buffer.from(expected.map((line) => line + end).join(""));
        const splitter = new LineSplitter();
        const found: string[] = [];
        let at = 0;
        for (const size of sizes) {
          found.push(...splitter.push(bytes.subarray(at, at + size)));
          at += size;
        }
        found.push(...splitter.push(bytes.subarray(at)), ...splitter.end());
        expect(found).toEqual(expected);
      },
    ),
  );
});

it("gives the last line without a line end once, at the end", () => {
  const splitter = new LineSplitter();
  expect(splitter.push("one\ntwo")).toEqual(["one"]);
  expect(splitter.end()).toEqual(["two"]);
  expect(splitter.end()).toEqual([]);
});

it("keeps the start of a line that never ends, and says how much it left out", () => {
  const splitter = new LineSplitter();
  for (let index = 0; index < 100; index += 1) expect(splitter.push("x".repeat(1000))).toEqual([]);
  const [line] = splitter.push("\nnext\n");
  expect(line).toHaveLength(8192 + "… (91808 more characters)".length);
  expect(line).toContain("… (91808 more characters)");
});
