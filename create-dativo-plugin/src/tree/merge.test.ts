import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasConflictMarkers, mergeThreeWay, mergeWithoutBase } from "./merge.js";
import { mergeJson } from "./merge-json.js";

const lines = fc
  .array(fc.constantFrom("a", "b", "c", "", "d e"), { maxLength: 12 })
  .map((list) => list.join("\n"));

describe("a three-way merge", () => {
  it("takes what only one side changed", () => {
    fc.assert(
      fc.property(lines, lines, (base, changed) => {
        expect(mergeThreeWay(changed, base, base)).toEqual({ text: changed, conflict: false });
        expect(mergeThreeWay(base, base, changed)).toEqual({ text: changed, conflict: false });
        expect(mergeThreeWay(changed, base, changed)).toEqual({ text: changed, conflict: false });
      }),
    );
  });

  it("loses no line of the owner's", () => {
    fc.assert(
      fc.property(lines, lines, lines, (base, yours, template) => {
        const { text } = mergeThreeWay(yours, base, template);
        // What the owner added is there, in its order.
        const kept = text.split("\n");
        const added = yours.split("\n").filter((line) => !base.split("\n").includes(line));
        let at = -1;
        for (const line of added) {
          at = kept.indexOf(line, at + 1);
          expect(at).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("marks what both changed", () => {
    const merged = mergeThreeWay("a\nmine\nc", "a\nb\nc", "a\ntheirs\nc");
    expect(merged.conflict).toBe(true);
    expect(merged.text).toBe(
      "a\n<<<<<<< yours\nmine\n||||||| template before\nb\n=======\ntheirs\n>>>>>>> template now\nc",
    );
    expect(hasConflictMarkers(merged.text)).toBe(true);
    expect(hasConflictMarkers("a <<<<<<< b")).toBe(false);
  });

  it("keeps line ends", () => {
    expect(mergeThreeWay("a\r\nb\r\nmine", "a\nb", "x\nb").text).toBe("x\r\nb\r\nmine");
  });
});

it("without a known origin, what both have stands for it", () => {
  expect(mergeWithoutBase("a\nmine\nc", "a\nc\nnew")).toEqual({ text: "a\nmine\nc\nnew", conflict: false });
  expect(mergeWithoutBase("a\nmine\nc", "a\ntheirs\nc").conflict).toBe(true);
});

describe("JSON", () => {
  const text = (value: unknown) => JSON.stringify(value, undefined, 2);

  it("merges neighbouring lines", () => {
    const base = text({ a: "1", b: "1", gone: 1 });
    const merged = mergeJson(
      text({ a: "2", b: "1", gone: 1, mine: [1] }),
      base,
      text({ a: "1", b: "3", theirs: 1 }),
    );
    expect(JSON.parse(merged ?? "")).toEqual({ a: "2", b: "3", mine: [1], theirs: 1 });
  });

  it("is left to the lines where both changed one value, or where it is none", () => {
    expect(mergeJson(text({ a: 2 }), text({ a: 1 }), text({ a: 3 }))).toBeUndefined();
    expect(mergeJson("{", "{}", "{}")).toBeUndefined();
  });

  it("keeps what the owner deleted deleted", () => {
    const merged = mergeJson(text({ b: 1 }), text({ a: 1, b: 1 }), text({ a: 1, b: 2 }));
    expect(JSON.parse(merged ?? "")).toEqual({ b: 2 });
  });
});
