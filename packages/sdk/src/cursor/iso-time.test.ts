import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatIsoDate, formatIsoTime, parseIsoDate, parseIsoTime } from "./iso-time.js";

const anyDay = fc.date({
  min: new Date("0000-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});

describe("parseIsoTime", () => {
  it("reads every time as Date does, in the usual layout and in others", () => {
    fc.assert(
      fc.property(anyDay, (date) => {
        const expected = BigInt(date.getTime()) * 1_000_000n;
        const text = date.toISOString();
        expect(parseIsoTime(text, true)).toBe(expected);
        expect(parseIsoTime(text.replace("T", " "), true)).toBe(expected);
        expect(parseIsoTime(text.replace("Z", "+00:00"), true)).toBe(expected);
        expect(parseIsoTime(text.slice(0, -1), false)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("is the inverse of formatIsoTime, to the nanosecond", () => {
    const nanos = fc.bigInt({ min: -62_135_596_800_000_000_000n, max: 253_402_300_799_999_999_999n });
    fc.assert(
      fc.property(nanos, fc.boolean(), (value, zone) => {
        expect(parseIsoTime(formatIsoTime(value, 9, zone), zone)).toBe(value);
      }),
    );
  });

  it("takes only times that exist", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9999 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 25 }),
        (year, month, day, hour) => {
          const two = (value: number) => String(value).padStart(2, "0");
          const text = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:59:59Z`;
          const date = new Date(text);
          const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 19));
          expect(parseIsoTime(text, true) !== undefined).toBe(exists);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    "2026-01-04T10:00:00.Z",
    "2026-01-04T10:00:00,5",
    "2026-01-04T1x:00:00Z",
    "2026-01-04T10:00:60Z",
    "2026-1-04T10:00:00Z",
    "２026-01-04T10:00:00Z",
  ])("refuses %s", (text) => {
    expect(parseIsoTime(text, true)).toBeUndefined();
  });

  it("leaves digits beyond nanoseconds out", () => {
    expect(parseIsoTime("1970-01-01T00:00:00.1234567899Z", true)).toBe(123_456_789n);
  });
});

describe("dates", () => {
  it("are read and written alike", () => {
    fc.assert(
      fc.property(anyDay, (date) => {
        const text = date.toISOString().slice(0, 10);
        expect(formatIsoDate(parseIsoDate(text) as bigint)).toBe(text);
      }),
    );
  });
});
