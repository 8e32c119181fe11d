import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Partition, RangeBounds } from "./partition.js";
import { splitRange, toReaderPartitions } from "./split-range.js";

const split = (bounds: RangeBounds | null, count: number, known: readonly string[] = []) =>
  splitRange("orders.partitions", bounds, count, known);

/** How many of the partitions a value is in. */
function holders(partitions: readonly Partition[], value: bigint, read: (end: unknown) => bigint): number {
  return partitions.filter(({ params = {} }) => {
    const { from, to } = params;
    return (from === undefined || value >= read(from)) && (to === undefined || value < read(to));
  }).length;
}

const integer = (end: unknown) => BigInt(end as string | number);
const instant = (end: unknown) => BigInt(Date.parse(end as string));
const counts = fc.integer({ min: 1, max: 200 });
const pairs = <T extends number | bigint>(values: fc.Arbitrary<T>) =>
  fc.tuple(values, values).map(([a, b]) => (a <= b ? { min: a, max: b } : { min: b, max: a }));

describe("ranges", () => {
  test("of integers hold every value once, also those beyond the bounds", () => {
    fc.assert(
      fc.property(pairs(fc.maxSafeInteger()), counts, fc.bigInt(), (bounds, count, value) => {
        expect(holders(split(bounds, count), value, integer)).toBe(1);
      }),
    );
  });

  test("of integers beyond 2^53 hold every value once", () => {
    fc.assert(
      fc.property(pairs(fc.bigInt()), counts, fc.bigInt(), (bounds, count, value) => {
        expect(holders(split(bounds, count), value, integer)).toBe(1);
      }),
    );
  });

  test("of times hold every instant once", () => {
    const times = fc.integer({ min: Date.UTC(1900), max: Date.UTC(2200) });
    fc.assert(
      fc.property(pairs(times), counts, times, ({ min, max }, count, value) => {
        const bounds = { min: new Date(min).toISOString(), max: new Date(max).toISOString() };
        expect(holders(split(bounds, count), BigInt(value), instant)).toBe(1);
      }),
    );
  });

  test("are as many as were wished for, and about as wide as each other, where there are values enough", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.integer({ min: 0, max: 1e9 }),
        counts,
        (min, width, count) => {
          const partitions = split({ min, max: min + width }, count);
          expect(partitions.length).toBeLessThanOrEqual(count);
          if (width + 1 >= count) expect(partitions).toHaveLength(count);
          const cuts = partitions.slice(1).map(({ params = {} }) => Number(params.from));
          const ends = [min, ...cuts, min + width + 1];
          const widths = ends.slice(1).map((end, at) => end - (ends[at] ?? 0));
          expect(Math.max(...widths) - Math.min(...widths)).toBeLessThanOrEqual(1);
          expect(Math.min(...widths)).toBeGreaterThan(0);
        },
      ),
    );
  });

  test("have names of their own, which a later run knows them by, whatever the bounds are then", () => {
    const bounds = fc.oneof<fc.Arbitrary<RangeBounds>[]>(
      pairs(fc.maxSafeInteger()),
      pairs(fc.bigInt()),
      pairs(fc.integer({ min: Date.UTC(1900), max: Date.UTC(2200) })).map(({ min, max }) => ({
        min: new Date(min).toISOString(),
        max: new Date(max).toISOString(),
      })),
    );
    fc.assert(
      fc.property(bounds, bounds, counts, counts, (first, second, count, later) => {
        const partitions = split(first, count);
        const ids = partitions.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        // Positions are kept in no order.
        expect(split(second, later, [...ids].reverse())).toEqual(partitions);
      }),
    );
  });
});

test("an empty object is one range, open at both ends", () => {
  expect(split(null, 8)).toEqual([{ id: "..", params: {} }]);
});

test.each([
  ["names of other partitions", ["eu", "us"]],
  ["ranges with a gap", ["..10", "20.."]],
  ["ranges that lack an end", ["..10", "10..20"]],
  ["ranges beside others", ["..10", "10..", "eu"]],
])("%s are not gone on from as ranges", (_what, known) => {
  expect(split({ min: 0, max: 99 }, 2, known).map(({ id }) => id)).toEqual(["..50", "50.."]);
});

test.each([
  [{ min: 3, max: 1 }],
  [{ min: 0.5, max: 1 }],
  [{ min: "a", max: "b" }],
  [{ min: 1, max: "2026-01-01" }],
  [{ min: Number.NaN, max: 1 }],
])("%j are no bounds", (bounds) => {
  expect(() => split(bounds as RangeBounds, 2)).toThrow(
    expect.objectContaining({ code: "PLUGIN_WRONG_SHAPE" }),
  );
});

test.each([
  ["nothing", undefined],
  ["an object", {}],
  ["no id", [{ params: {} }]],
  ["an empty id", [{ id: "" }]],
  ["an id twice", [{ id: "a" }, { id: "a" }]],
])("partitions that are %s are refused", (_what, found) => {
  expect(() => toReaderPartitions("orders.partitions", "orders", found)).toThrow(
    expect.objectContaining({ code: "PLUGIN_WRONG_SHAPE" }),
  );
});
