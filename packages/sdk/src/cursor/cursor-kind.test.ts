import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Comparable, type CursorKind, compareCursors, toComparable } from "./cursor-kind.js";
import { formatIsoDate, formatIsoTime } from "./iso-time.js";

function order(kind: CursorKind, left: unknown, right: unknown): number {
  const [a, b] = [toComparable(kind, left), toComparable(kind, right)];
  expect(a, String(left)).toBeDefined();
  expect(b, String(right)).toBeDefined();
  return Math.sign(compareCursors(a as Comparable, b as Comparable));
}

describe("instant", () => {
  it.each([
    ["2026-01-04T10:00:00Z", "2026-01-04T11:00:00+01:00", 0],
    ["2026-01-04T10:00:00Z", "2026-01-04T10:00:00+01:00", 1],
    ["2026-01-04T10:00:00.5Z", "2026-01-04T10:00:00.500000Z", 0],
    ["2026-01-04T10:00:00.000001Z", "2026-01-04T10:00:00Z", 1],
    ["2026-01-04T10:00:00.000000001Z", "2026-01-04T10:00:00Z", 1],
    ["2026-01-04 10:00Z", "2026-01-04T10:00:00+0000", 0],
    ["+010000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 1],
    ["-000001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", -1],
  ])("%s against %s", (left, right, expected) => {
    expect(order("instant", left, right)).toBe(expected);
  });

  it.each([
    "2026-01-04T10:00:00",
    "2026-02-30T10:00:00Z",
    "2026-01-04T25:00:00Z",
    "2026-01-04",
    "soon",
    "",
    1767520800,
    true,
  ])("does not take %s for an instant", (value) => {
    expect(toComparable("instant", value)).toBeUndefined();
  });

  it("takes a Date, but not an invalid one", () => {
    expect(order("instant", new Date("2026-01-04T10:00:00Z"), "2026-01-04T11:00:00+01:00")).toBe(0);
    expect(toComparable("instant", new Date("never"))).toBeUndefined();
  });

  it("orders any two instants as their nanoseconds are, whatever offset they are written with", () => {
    const nanos = fc.bigInt({ min: -62_000_000_000_000_000_000n, max: 250_000_000_000_000_000_000n });
    fc.assert(
      fc.property(nanos, nanos, fc.integer({ min: -14 * 60, max: 14 * 60 }), (a, b, offset) => {
        const sign = offset < 0 ? "-" : "+";
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
          String(part).padStart(2, "0"),
        );
        const local = formatIsoTime(a + BigInt(offset) * 60_000_000_000n, 9, false);
        expect(order("instant", `${local}${sign}${hours}:${minutes}`, formatIsoTime(b, 9, true))).toBe(
          a < b ? -1 : a > b ? 1 : 0,
        );
      }),
    );
  });
});

describe("other kinds", () => {
  it("keeps wall-clock readings apart from instants", () => {
    expect(order("wallTime", "2026-01-04T10:00:00", "2026-01-04 10:00:00.0")).toBe(0);
    expect(toComparable("wallTime", "2026-01-04T10:00:00Z")).toBeUndefined();
  });

  it("compares integers beyond 2^53", () => {
    expect(order("integer", 9007199254740993n, 9007199254740992n)).toBe(1);
    expect(order("integer", "9007199254740993", 9007199254740993n)).toBe(0);
    expect(order("integer", 9, 10)).toBe(-1);
    expect(toComparable("integer", 2 ** 60)).toBeUndefined();
    expect(toComparable("integer", 1.5)).toBeUndefined();
  });

  it("compares decimals by value", () => {
    expect(order("decimal", "10.10", "10.1")).toBe(0);
    expect(order("decimal", "9.9", "10")).toBe(-1);
    expect(order("decimal", "-0.1", "-0.01")).toBe(-1);
    expect(order("decimal", 1e21, "1000000000000000000000")).toBe(0);
    expect(order("decimal", 1e-7, "0.0000001")).toBe(0);
    expect(toComparable("decimal", Number.NaN)).toBeUndefined();
  });

  it("orders any two doubles as numbers", () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, double, (a, b) => {
        expect(order("decimal", a, b)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it("compares dates as days", () => {
    expect(order("date", "2026-01-04", "2025-12-31")).toBe(1);
    expect(order("date", new Date("2026-01-04T00:00:00Z"), "2026-01-04")).toBe(0);
    expect(formatIsoDate(toComparable("date", "0001-01-01") as bigint)).toBe("0001-01-01");
    expect(toComparable("date", "2026-02-29")).toBeUndefined();
  });

  it("orders any two strings by code point", () => {
    // Characters on both sides of the surrogates, and beyond them.
    const char = fc.constantFrom(
      "",
      "a",
      "b",
      "\u00e9",
      "\ud7ff",
      "\ue000",
      "\uffff",
      "\u{10000}",
      "\u{1f600}",
      "\u{10ffff}",
    );
    const text = fc.array(char, { maxLength: 5 }).map((chars) => chars.join(""));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const points = [...a].map((char) => char.codePointAt(0) as number);
        const others = [...b].map((char) => char.codePointAt(0) as number);
        const at = points.findIndex((point, index) => point !== others[index]);
        const expected =
          at < 0
            ? Math.sign(points.length - others.length)
            : at >= others.length
              ? 1
              : Math.sign((points[at] as number) - (others[at] as number));
        expect(order("string", a, b)).toBe(expected);
      }),
    );
  });
});
