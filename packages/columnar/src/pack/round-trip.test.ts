import type { Column, ColumnBatch, TableSchema } from "@dativo/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { table } from "../../test/arbitraries.js";
import { concatenateBatches } from "../columns/concatenate-batches.js";
import { emptyBatch } from "../columns/empty-batch.js";
import { equalBatches } from "../columns/equal-batches.js";
import { sliceBatch } from "../columns/slice-batch.js";
import { unpackRows } from "../unpack/unpack-rows.js";
import { compilePacker } from "./packer.js";

function packed(schema: TableSchema, rows: readonly unknown[]): ColumnBatch {
  const { batch, rejected } = compilePacker(schema).pack(rows);
  expect(rejected).toEqual([]);
  return batch;
}

describe("packing and unpacking", () => {
  it("gives back every value of every type", () => {
    fc.assert(
      fc.property(table, ({ schema, rows }) => {
        const batch = packed(schema, rows);
        expect(batch.recordCount).toBe(rows.length);
        expect(unpackRows(batch)).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  it("needs no coercion for values in their own form", () => {
    fc.assert(
      fc.property(table, ({ schema, rows }) => {
        expect(compilePacker(schema).pack(rows).coercions).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("keeps offsets, bits and lengths consistent", () => {
    const check = (column: Column, length: number): void => {
      expect(column.length).toBe(length);
      if (column.validity !== undefined) expect(column.nullCount).toBeGreaterThan(0);
      if (column.offsets !== undefined) {
        expect(column.offsets.length).toBe(length + 1);
        const last = column.offsets[length] as number;
        if (column.values !== undefined) expect(column.values.byteLength).toBe(last);
        else expect(column.children?.[0]?.length).toBe(last);
      } else for (const child of column.children ?? []) check(child, length);
    };
    fc.assert(
      fc.property(table, ({ schema, rows }) => {
        for (const column of packed(schema, rows).columns) check(column, rows.length);
      }),
      { numRuns: 100 },
    );
  });

  it("packs no rows and no columns", () => {
    expect(unpackRows(packed({ fields: [] }, [{}, {}]))).toEqual([{}, {}]);
    const schema: TableSchema = { fields: [{ name: "a", type: { kind: "list", item: { kind: "string" } } }] };
    expect(unpackRows(packed(schema, []))).toEqual([]);
    expect(equalBatches(packed(schema, []), emptyBatch(schema))).toBe(true);
  });

  it("cuts and joins batches anywhere", () => {
    fc.assert(
      fc.property(table, fc.nat(20), fc.nat(20), ({ schema, rows }, one, other) => {
        const [start, end] = [Math.min(one, other, rows.length), Math.min(Math.max(one, other), rows.length)];
        const batch = packed(schema, rows);
        const parts = [
          sliceBatch(batch, 0, start),
          sliceBatch(batch, start, end - start),
          sliceBatch(batch, end, rows.length - end),
        ];
        expect(unpackRows(parts[1] as ColumnBatch)).toEqual(rows.slice(start, end));
        const joined = concatenateBatches(parts);
        expect(equalBatches(joined, batch)).toBe(true);
        expect(unpackRows(joined)).toEqual(rows);
      }),
      { numRuns: 200 },
    );
  });

  it("tells different batches apart", () => {
    fc.assert(
      fc.property(table, ({ schema, rows }) => {
        fc.pre(rows.length > 1);
        const swapped = [...rows].reverse();
        const same =
          JSON.stringify(rows, (_, value: unknown) =>
            typeof value === "bigint"
              ? `${value}n`
              : Object.is(value, -0)
                ? "-0"
                : typeof value === "number"
                  ? String(value)
                  : value,
          ) ===
          JSON.stringify(swapped, (_, value: unknown) =>
            typeof value === "bigint"
              ? `${value}n`
              : Object.is(value, -0)
                ? "-0"
                : typeof value === "number"
                  ? String(value)
                  : value,
          );
        expect(equalBatches(packed(schema, rows), packed(schema, swapped))).toBe(same);
      }),
      { numRuns: 100 },
    );
  });
});
