import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysFromCivil, daysInMonth, formatDate } from "./calendar.js";
import { type Instant, parseDate, parsePlainTimestamp, parseTimestamp } from "./timestamp.js";

const DAY_MS = 86_400_000;

describe("the calendar", () => {
  it("agrees with Date on every day it knows", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
        const date = new Date(days * DAY_MS);
        expect(formatDate(days)).toBe(date.toISOString().split("T")[0]);
        expect(daysFromCivil(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(days);
      }),
    );
  });

  it("reads back every day it writes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        (days) => void expect(parseDate(formatDate(days))).toBe(days),
      ),
    );
  });

  it("knows the length of months", () => {
    for (const [year, february] of [
      [1900, 28],
      [2000, 29],
      [2023, 28],
      [2024, 29],
    ] as const)
      expect(daysInMonth(year, 2)).toBe(february);
  });
});

describe("the fast reading of timestamps", () => {
  /** Texts that are nearly right, at every position. */
  const nearly = fc
    .tuple(
      fc.date({ min: new Date("0000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
      fc.integer({ min: 0, max: 7 }),
      fc.nat(30),
      fc.constantFrom("", "9", "-", ":", "Z", " ", "T", "x", "+"),
      fc.constantFrom("Z", "+00:00", "-05:30", "+23:59", "+24:00", "+01:60"),
    )
    .map(([date, digits, at, change, zone]) => {
      const fraction = digits === 0 ? "" : `.${"1234567".slice(0, digits)}`;
      const text = `${date.toISOString().slice(0, 19)}${fraction}${zone}`;
      return text.slice(0, at) + change + text.slice(at + 1);
    });

  it("accepts only what the thorough one accepts, with the same result", () => {
    const instant: Instant = { seconds: 0, micros: 0 };
    fc.assert(
      fc.property(nearly, fc.boolean(), (text, zone) => {
        const fast = parsePlainTimestamp(text, zone);
        if (Number.isNaN(fast)) return;
        expect(parseTimestamp(text, zone, instant)).toBeUndefined();
        expect(BigInt(fast)).toBe(BigInt(instant.seconds) * 1_000_000n + BigInt(instant.micros));
      }),
      { numRuns: 2000 },
    );
  });

  it("takes the usual forms", () => {
    for (const text of ["2026-01-04T10:00:00Z", "2026-01-04T10:00:00.123Z", "2026-01-04 10:00:00.123456Z"]) {
      expect(parsePlainTimestamp(text, true)).toBeGreaterThan(0);
      expect(parsePlainTimestamp(text.slice(0, -1), false)).toBeGreaterThan(0);
      expect(parsePlainTimestamp(`${text.slice(0, -1)}+01:30`, true)).toBe(
        parsePlainTimestamp(text, true) - 5_400_000_000,
      );
      expect(parsePlainTimestamp(text, false)).toBeNaN();
      expect(parsePlainTimestamp(text.slice(0, -1), true)).toBeNaN();
    }
  });
});
