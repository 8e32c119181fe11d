import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choosePath, formsForReader } from "./form.js";
import { jsonText } from "./json-text.js";
import { sourceIndex } from "./prepared.js";
import { batchBytes } from "./row-bytes.js";

describe("choosePath", () => {
  it.each([
    ["rows", ["rows", "arrow"], "rows"],
    ["rows", ["arrow", "rows"], "arrow"],
    ["json", ["relation", "json"], "json"],
    ["arrow", ["rows", "arrow"], "arrow"],
    ["arrow", ["relation", "rows"], "rows"],
    ["relation", ["rows", "arrow", "relation"], "relation"],
    ["relation", ["rows", "arrow"], "arrow"],
  ] as const)("%s for a writer that takes %j becomes %s", (from, accepts, to) => {
    expect(choosePath(from, accepts)).toMatchObject({ from, to, reason: expect.any(String) });
  });
  it("says when there is none", () => {
    expect(() => choosePath("rows", ["relation"])).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });
});

it("formsForReader names every form, the writer's first", () => {
  expect(formsForReader(["relation", "rows"])).toEqual(["relation", "rows", "native", "arrow", "json"]);
});

describe("jsonText", () => {
  it("writes big integers as digits, dates as ISO text and bytes as base64", () => {
    const text = new TextDecoder().decode(
      jsonText([
        {
          big: 2n ** 63n,
          at: new Date(0),
          raw: new Uint8Array([104, 105]),
          deep: [{ n: -9007199254740993n }],
        },
      ]),
    );
    expect(text).toBe(
      '[{"big":9223372036854775808,"at":"1970-01-01T00:00:00.000Z","raw":"aGk=","deep":[{"n":-9007199254740993}]}]',
    );
  });
  it("leaves text that looks like digits alone", () => {
    expect(new TextDecoder().decode(jsonText([{ a: "12", b: 1n }]))).toBe('[{"a":"12","b":1}]');
  });
});

it("sourceIndex finds where a record stood before others were taken out", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (keep) => {
      const kept = keep.flatMap((is, at) => (is ? [at] : []));
      const taken = keep.flatMap((is, at) => (is ? [] : [at]));
      expect(kept.map((_, at) => sourceIndex(at, taken))).toEqual(kept);
    }),
  );
});

it("batchBytes grows with the rows", () => {
  const rows = (count: number, text: string) => Array.from({ length: count }, () => ({ text, list: [text] }));
  const small = batchBytes({ form: "rows", rows: rows(10, "abc") });
  expect(batchBytes({ form: "rows", rows: rows(1000, "abc") })).toBe(100 * small);
  expect(batchBytes({ form: "rows", rows: rows(10, "x".repeat(1000)) })).toBeGreaterThan(20_000);
  expect(batchBytes({ form: "rows", rows: [] })).toBe(0);
  expect(batchBytes({ form: "rows", rows: ["no row" as never, null as never] })).toBeGreaterThan(0);
});
