import type { ColumnBatch, TableSchema } from "@dativo/protocol";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { table } from "../../test/arbitraries.js";
import { equalBatches } from "../columns/equal-batches.js";
import { sliceBatch } from "../columns/slice-batch.js";
import { loadKoffi } from "../native/koffi.js";
import { addressOf, allocateWords, cString } from "../native/memory.js";
import { compilePacker } from "../pack/packer.js";
import { unpackRows } from "../unpack/unpack-rows.js";
import { type ExportedBatch, exportColumnBatch } from "./export.js";
import { importArrowSchema, importColumnBatch } from "./import.js";
import { ARROW_ARRAY, ARROW_FLAG_NULLABLE, ARROW_SCHEMA } from "./layout.js";

const koffi = loadKoffi();

/** Calls that a release function received; it is called on this thread only, where a callback is allowed. */
const released: bigint[] = [];
const release = koffi.register(
  (structure: bigint) => void released.push(structure),
  koffi.pointer(koffi.proto("void", ["void*"])),
);

const pack = (schema: TableSchema, rows: readonly unknown[]) => compilePacker(schema).pack(rows).batch;

/** What is exported stays reachable until the test has ended: its structures are read by address, which keeps nothing alive. */
const exports: ExportedBatch[] = [];
afterEach(() => void exports.splice(0));

function exportBatch(batch: ColumnBatch): ExportedBatch {
  const exported = exportColumnBatch(batch, release);
  exports.push(exported);
  return exported;
}

describe("the C Data Interface", () => {
  it("carries every batch there and back", () => {
    fc.assert(
      fc.property(table, ({ schema, rows }) => {
        const batch = pack(schema, rows);
        const { schema: schemaWords, array } = exportBatch(batch);
        const read = importColumnBatch(addressOf(schemaWords), addressOf(array));
        expect(read.schema).toEqual(schema);
        expect(equalBatches(read, batch)).toBe(true);
        expect(unpackRows(read)).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });

  it("reads arrays that start at an offset, and counts of nulls that are not known", () => {
    fc.assert(
      fc.property(table, fc.nat(20), fc.nat(20), ({ schema, rows }, one, other) => {
        const [start, end] = [Math.min(one, other, rows.length), Math.min(Math.max(one, other), rows.length)];
        const batch = pack(schema, rows);
        const { schema: schemaWords, array, pins } = exportBatch(batch);
        array[ARROW_ARRAY.offset] = BigInt(start);
        array[ARROW_ARRAY.length] = BigInt(end - start);
        for (const pin of pins)
          if (pin instanceof BigUint64Array && pin.length === ARROW_ARRAY.words)
            pin[ARROW_ARRAY.null_count] = 2n ** 64n - 1n;
        const read = importColumnBatch(schemaWords, array);
        expect(unpackRows(read)).toEqual(rows.slice(start, end));
        expect(equalBatches(read, sliceBatch(batch, start, end - start))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("keeps nothing of the native memory", () => {
    const batch = pack({ fields: [{ name: "id", type: { kind: "integer" } }] }, [{ id: 7 }]);
    const { schema, array } = exportBatch(batch);
    const read = importColumnBatch(schema, array);
    (batch.columns[0]?.values as BigInt64Array)[0] = 8n;
    expect(unpackRows(read)).toEqual([{ id: 7 }]);
  });

  it("releases both structures once, also when it fails", () => {
    const batch = pack({ fields: [{ name: "id", type: { kind: "integer" } }] }, [{ id: 7 }]);
    const good = exportBatch(batch);
    released.length = 0;
    importColumnBatch(good.schema, good.array);
    expect(released).toEqual([addressOf(good.schema), addressOf(good.array)]);

    const bad = exportBatch(batch);
    const child = koffi.decode(bad.schema[ARROW_SCHEMA.children], "uint64") as bigint | number;
    const unsupported = cString("tiM");
    koffi.encode(BigInt(child), "uint64", addressOf(unsupported));
    released.length = 0;
    expect(() => importColumnBatch(bad.schema, bad.array)).toThrow(
      expect.objectContaining({ code: "TYPE_UNSUPPORTED" }),
    );
    expect(released).toEqual([addressOf(bad.schema), addressOf(bad.array)]);
    expect(unsupported.length).toBe(4);
  });

  it("refuses structures that were released already", () => {
    const schema = allocateWords(ARROW_SCHEMA.words);
    expect(() => importArrowSchema(schema)).toThrow(expect.objectContaining({ code: "ABI_VIOLATION" }));
  });

  it("converts arrays of other layouts", () => {
    const pins: unknown[] = [];
    const pin = <T extends ArrayBufferView>(view: T): bigint => {
      pins.push(view);
      return addressOf(view);
    };
    const schemaOf = (format: string, name: string, children: BigUint64Array[] = []): BigUint64Array => {
      const words = allocateWords(ARROW_SCHEMA.words);
      words[ARROW_SCHEMA.format] = pin(cString(format));
      words[ARROW_SCHEMA.name] = pin(cString(name));
      words[ARROW_SCHEMA.flags] = ARROW_FLAG_NULLABLE;
      words[ARROW_SCHEMA.n_children] = BigInt(children.length);
      words[ARROW_SCHEMA.children] = pin(BigUint64Array.from(children, pin));
      words[ARROW_SCHEMA.release] = release;
      return words;
    };
    const arrayOf = (
      length: number,
      buffers: (ArrayBufferView | null)[],
      children: BigUint64Array[] = [],
    ): BigUint64Array => {
      const words = allocateWords(ARROW_ARRAY.words);
      words[ARROW_ARRAY.length] = BigInt(length);
      words[ARROW_ARRAY.n_buffers] = BigInt(buffers.length);
      words[ARROW_ARRAY.buffers] = pin(
        BigUint64Array.from(buffers, (buffer) => (buffer === null ? 0n : pin(buffer))),
      );
      words[ARROW_ARRAY.n_children] = BigInt(children.length);
      words[ARROW_ARRAY.children] = pin(BigUint64Array.from(children, pin));
      words[ARROW_ARRAY.release] = release;
      return words;
    };
    const indices = arrayOf(3, [null, new Int8Array([1, 0, 1])]);
    indices[ARROW_ARRAY.dictionary] = pin(arrayOf(2, [null, new Int32Array([0, 1, 3]), Buffer.from("abb")]));
    const dictionary = schemaOf("c", "dictionary");
    dictionary[ARROW_SCHEMA.dictionary] = pin(schemaOf("u", ""));
    const long = Buffer.from("longer than twelve bytes");
    const views = new Int32Array([1, 0x61, 0, 0, long.length, 0x676e6f6c, 0, 0, 0, 0, 0, 0]);
    const schema = schemaOf("+s", "", [
      schemaOf("i", "int"),
      schemaOf("U", "large"),
      dictionary,
      schemaOf("vu", "view"),
    ]);
    const array = arrayOf(
      3,
      [null],
      [
        arrayOf(3, [null, new Int32Array([1, -2, 3])]),
        arrayOf(3, [null, new BigInt64Array([0n, 1n, 1n, 3n]), Buffer.from("xyz")]),
        indices,
        arrayOf(3, [null, views, long, new BigInt64Array([BigInt(long.length)])]),
      ],
    );
    expect(unpackRows(importColumnBatch(schema, array))).toEqual([
      { int: 1, large: "x", dictionary: "bb", view: "a" },
      { int: -2, large: "", dictionary: "a", view: "longer than twelve bytes" },
      { int: 3, large: "yz", dictionary: "bb", view: "" },
    ]);
    expect(pins.length).toBeGreaterThan(0);
  });
});
