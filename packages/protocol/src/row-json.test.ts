import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRows, encodeRows } from "./row-json.js";

const keys = fc.oneof(
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.constantFrom("$dativo", "value", "__proto__", "constructor", "toString", "0", "\ud800"),
);

const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "\udc00\ud800",
      '"$dativo"',
      "bigint",
      null,
      true,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 70,
    ),
    fc.double(),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 9 }),
    fc.array(fc.oneof(tie("value"), fc.constant(undefined)), { maxLength: 4 }),
    fc.array(fc.tuple(keys, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

const rows = fc.array(
  fc
    .array(fc.tuple(keys, values), { maxLength: 5 })
    .map((entries) => Object.fromEntries(entries) as Record<string, unknown>),
  { maxLength: 5 },
);

function roundTrip(value: unknown): unknown {
  return decodeRows(encodeRows([{ value }]))[0]?.value;
}

describe("row JSON", () => {
  test("decoding what was encoded gives the same rows", () => {
    fc.assert(
      fc.property(rows, (sent) => {
        return isDeepStrictEqual(decodeRows(encodeRows(sent)), sent);
      }),
      { numRuns: 300 },
    );
  });

  test("encoding leaves the rows as they were", () => {
    fc.assert(
      fc.property(rows, (sent) => {
        const before = structuredClone(sent);
        encodeRows(sent);
        return isDeepStrictEqual(sent, before);
      }),
    );
  });

  test("rows of plain values are plain JSON", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ depthSize: "small" })), (sent) => {
        const plain = JSON.parse(JSON.stringify(sent)) as unknown[];
        fc.pre(!JSON.stringify(plain).includes("$dativo"));
        expect(new TextDecoder().decode(encodeRows(plain))).toBe(JSON.stringify(plain));
      }),
    );
  });

  test("a __proto__ key stays a key", () => {
    const sent = [JSON.parse('{"__proto__": {"polluted": 1}}') as Record<string, unknown>];
    (sent[0] as Record<string, unknown>).big = 1n;
    const got = decodeRows(encodeRows(sent))[0] as object;
    expect(Object.keys(got)).toEqual(["__proto__", "big"]);
    expect(Object.getPrototypeOf(got)).toBe(Object.prototype);
  });

  test("records that look like tags are not taken for tags", () => {
    for (const row of [
      { $dativo: "bigint", value: "1" },
      { $dativo: { $dativo: 1n } },
      { $dativo: undefined, a: 1n },
    ])
      expect(decodeRows(encodeRows([row]))).toEqual([row]);
  });

  test("an invalid date stays one", () => {
    expect(roundTrip(new Date(Number.NaN))).toEqual(new Date(Number.NaN));
    expect(roundTrip(new Date(-8.64e15))).toEqual(new Date(-8.64e15));
  });

  test("a missing member and an undefined one are the same, inside an array undefined is kept", () => {
    expect(decodeRows(encodeRows([{ a: undefined, b: [undefined, null], c: 1n }]))).toStrictEqual([
      { b: [undefined, null], c: 1n },
    ]);
  });

  test("class instances become plain, through toJSON where they have one", () => {
    class Point {
      constructor(readonly x: number) {}
    }
    expect(roundTrip(new Point(1))).toEqual({ x: 1 });
    expect(roundTrip({ toJSON: () => 5n })).toBe(5n);
    expect(roundTrip(Buffer.from("ab"))).toEqual(new Uint8Array([97, 98]));
    expect(roundTrip({ toJSON: "a column of that name" })).toEqual({ toJSON: "a column of that name" });
  });

  test("what no record can hold becomes a symbol that names it, and harms no other record", () => {
    const self: unknown[] = [];
    self.push(self, self);
    let deep: unknown = 1;
    for (let level = 0; level < 5000; level += 1) deep = [deep];
    expect(String(roundTrip(() => 1))).toBe("Symbol(a function)");
    expect(String(roundTrip(Promise.resolve()))).toBe("Symbol(a Promise)");
    expect(String(roundTrip(new Map()))).toBe("Symbol(a Map)");
    expect(String(roundTrip(Symbol("a timedelta")))).toBe("Symbol(a timedelta)");
    expect(String((roundTrip(self) as unknown[])[0])).toBe("Symbol(a value that contains itself)");
    expect(String((roundTrip(deep) as unknown[]).flat(2000)[0])).toBe(
      "Symbol(a value nested more than 1000 deep)",
    );
    const bad = {
      get broken() {
        throw new Error("no");
      },
    };
    const got: unknown[] = decodeRows(encodeRows([{ a: 1 }, bad, { a: 2 }]));
    expect(got[0]).toEqual({ a: 1 });
    expect(String(got[1])).toBe("Symbol(a record that cannot be read: no)");
    expect(got[2]).toEqual({ a: 2 });
  });

  test("one value used twice is not taken for a circle", () => {
    const shared = { at: new Date(0) };
    expect(roundTrip([shared, shared])).toEqual([shared, shared]);
  });

  test("bytes that are not row JSON are refused", () => {
    for (const text of [
      "",
      "{}",
      "[1",
      '[{"$dativo":"bigint","value":"1.5"}]',
      '[{"$dativo":"later"}]',
      '[{"$dativo":"date","value":1}]',
      '[{"$dativo":"object","value":1}]',
    ])
      expect(() => decodeRows(new TextEncoder().encode(text)), text).toThrow(
        expect.objectContaining({ code: "ABI_VIOLATION" }),
      );
    expect(() => decodeRows(new Uint8Array([0x5b, 0xff, 0x5d]))).toThrow(
      expect.objectContaining({ code: "ABI_VIOLATION" }),
    );
  });

  test("hostile nesting is decoded without overflowing the stack", () => {
    const text = `[{"$dativo":"bigint","value":"1"},${"[".repeat(50_000)}${"]".repeat(50_000)}]`;
    expect(decodeRows(new TextEncoder().encode(text))[0]).toBe(1n);
  });
});
