import type { ColumnBatch } from "@dativo/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { table } from "../../test/arbitraries.js";
import { exportSchema } from "../c-data/export.js";
import { importColumnBatch } from "../c-data/import.js";
import { ARROW_ARRAY } from "../c-data/layout.js";
import { allocateWords } from "../native/memory.js";
import { noOperation } from "../native/no-operation.js";
import { compilePacker } from "../pack/packer.js";
import { unpackRows } from "../unpack/unpack-rows.js";
import { fromIpc, toIpc } from "./ipc.js";
import { lendColumns } from "./lent-columns.js";

const numbers = () =>
  compilePacker({ fields: [{ name: "n", type: { kind: "integer" } }] }).pack([{ n: 1 }, { n: null }]).batch;

/** A lent batch, and how often its memory was given back. */
function lent(columns: ColumnBatch = numbers()) {
  const given = { times: 0 };
  const batch = lendColumns(columns, () => {
    given.times += 1;
  });
  return { batch, given };
}

describe("columns that are lent", () => {
  it("are what native code reads through the pointers", () => {
    fc.assert(
      fc.property(table, ({ schema, rows }) => {
        const { batch } = lent(fromIpc(toIpc(compilePacker(schema).pack(rows).batch)));
        const pins: unknown[] = [];
        const array = allocateWords(ARROW_ARRAY.words);
        array.set(batch.array());
        const read = importColumnBatch(exportSchema(batch.schema, noOperation(), pins), array);
        expect(unpackRows(read)).toEqual(rows);
        expect(batch.recordCount).toBe(rows.length);
        expect(batch.nullCounts).toEqual(read.columns.map(({ nullCount }) => nullCount));
        expect(pins.length).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  it("are given back once, when the last of those who hold them lets go", () => {
    const { batch, given } = lent();
    const [one, other] = [batch.retain(), batch.retain()];
    one();
    one();
    batch.release();
    batch.release();
    expect(given.times).toBe(0);
    expect(batch.array()).toBeInstanceOf(BigUint64Array);
    other();
    other();
    expect(given.times).toBe(1);
  });

  it("are never given back once somebody has asked for them, who may keep them", () => {
    const { batch, given } = lent();
    const columns = batch.columns();
    const drop = batch.retain();
    batch.release();
    drop();
    expect(given.times).toBe(0);
    expect(batch.columns()).toBe(columns);
  });

  it("are not to be had after they were given back", () => {
    const { batch } = lent();
    batch.release();
    for (const use of [() => batch.array(), () => batch.columns(), () => batch.retain()])
      expect(use).toThrow(expect.objectContaining({ code: "INTERNAL" }));
  });
});
