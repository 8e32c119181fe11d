import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import type { ColumnBatch, Row, TableSchema } from "@dativo/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fieldType, table, uniqueNames } from "../../test/arbitraries.js";
import { concatenateBatches } from "../columns/concatenate-batches.js";
import { equalBatches } from "../columns/equal-batches.js";
import { compilePacker } from "../pack/packer.js";
import { unpackRows } from "../unpack/unpack-rows.js";
import { fromIpc, schemaFromArrow, toIpc } from "./ipc.js";
import { IpcFileWriter, openIpcFile, readIpcFileSchema } from "./ipc-file.js";
import { schemaToArrow } from "./to-arrow.js";

const fixture = (name: string) => new URL(`../../test/fixtures/${name}`, import.meta.url).pathname;
const pack = (schema: TableSchema, rows: readonly unknown[]) => compilePacker(schema).pack(rows).batch;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "columnar-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function readAll(path: string): Promise<ColumnBatch[]> {
  const batches: ColumnBatch[] = [];
  for await (const batch of openIpcFile(path)) batches.push(batch);
  return batches;
}

describe("Arrow IPC", () => {
  it("carries every batch there and back, wherever its bytes lie", () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 0, max: 9 }), ({ schema, rows }, shift) => {
        const batch = pack(schema, rows);
        const bytes = toIpc(batch);
        const shifted = new Uint8Array(bytes.length + shift);
        shifted.set(bytes, shift);
        const read = fromIpc(shifted.subarray(shift));
        expect(equalBatches(read, batch)).toBe(true);
        expect(unpackRows(read)).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });

  it("keeps the whole schema", () => {
    const field = fc.record(
      {
        type: fieldType,
        required: fc.constant(true),
        description: fc.string(),
        classification: fc.constant("PII"),
      },
      { requiredKeys: ["type"] },
    );
    const schema = uniqueNames(4).chain((names) =>
      fc
        .tuple(...names.map((name) => field.map((rest) => ({ name, ...rest }))))
        .map((fields): TableSchema => ({ fields, key: names.slice(0, 1) })),
    );
    fc.assert(fc.property(schema, (made) => void expect(schemaFromArrow(schemaToArrow(made))).toEqual(made)));
  });

  it("refuses what is not Arrow", () => {
    for (const bytes of [new Uint8Array(0), Buffer.from("id,name\n1,x\n"), new Uint8Array(64).fill(255)])
      expect(() => fromIpc(bytes)).toThrow(expect.objectContaining({ code: "SOURCE_UNREADABLE" }));
  });
});

describe("Arrow files of other producers", () => {
  const expected: Row = {
    int8: [1, null, -128],
    uint8: [1, null, 255],
    int16: [1, null, -32768],
    uint16: [1, null, 65535],
    int32: [1, null, -2147483648],
    uint32: [1, null, 4294967295],
    int64: [1, null, -(2n ** 63n)],
    uint64: ["1", null, "18446744073709551615"],
    float16: [1.5, null, -2],
    float32: [1.5, null, 0.25],
    float64: [1.5, null, 0.1],
    bool: [true, null, false],
    null: [null, null, null],
    utf8: ["a", null, "é😀"],
    large_utf8: ["a", null, "é😀"],
    utf8_view: ["a", null, "longer than twelve bytes"],
    binary: [new Uint8Array([97]), null, new Uint8Array([0, 255])],
    large_binary: [new Uint8Array([97]), null, new Uint8Array([0, 255])],
    fixed_binary: [new Uint8Array([97, 98]), null, new Uint8Array([0, 255])],
    date32: ["2024-02-29", null, "0001-01-01"],
    date64: ["2024-02-29", null, "0001-01-01"],
    time32: ["10:30:00", null, "23:59:59"],
    time64: ["10:30:00.5", null, "00:00:00"],
    ts_s: ["1970-01-01T00:00:01", null, "1969-12-31T23:59:59"],
    ts_ms: ["1970-01-01T00:00:01.001Z", null, "1969-12-31T23:59:59.999Z"],
    ts_us: ["1970-01-01T00:00:00.001001Z", null, "1969-12-31T23:59:59.999999Z"],
    ts_ns: ["1970-01-01T00:00:00.001001", null, "1969-12-31T23:59:59.999999"],
    decimal128: ["1.50", null, "-99999999.99"],
    decimal256: ["1.50", null, "-99999999.99"],
    decimal32: ["1.50", null, "-9999.99"],
    list: [[1, null], null, []],
    large_list: [[1, null], null, []],
    fixed_list: [[1, 2], null, [3, 4]],
    struct: [{ a: 1, b: "x" }, null, { a: null, b: "y" }],
    map: [{ k: 1, l: null }, null, {}],
    dictionary: ["x", null, "y"],
    dictionary_of_decimals: ["1.5", null, "2.5"],
    json: [{ a: 1 }, null, []],
  };
  const rows = [0, 1, 2].map((index) =>
    Object.fromEntries(
      Object.entries(expected).map(([name, values]) => [name, (values as unknown[])[index]]),
    ),
  );

  it.each(["types.arrow", "sliced.arrow", "stream.arrows"])("reads every type of %s", async (name) => {
    const batches = await readAll(fixture(name));
    expect(batches.flatMap(unpackRows)).toEqual(rows);
    expect(await readIpcFileSchema(fixture(name))).toEqual(batches[0]?.schema);
  });

  it("reads a file from memory", async () => {
    expect(unpackRows(fromIpc(await readFile(fixture("types.arrow"))))).toEqual(rows);
  });

  it("reads LZ4", async () => {
    const read = unpackRows(concatenateBatches(await readAll(fixture("lz4.arrow"))));
    expect(read).toHaveLength(5000);
    expect(read[4999]).toEqual({ text: "line 49 of a text that repeats itself", id: 4999 });
  });

  it("reads zstd, or says which Node can", async () => {
    if ("zstdDecompressSync" in zlib) expect(await readAll(fixture("zstd.arrow"))).toHaveLength(1);
    else await expect(readAll(fixture("zstd.arrow"))).rejects.toThrow(/Node 22.15/);
  });

  it("loses no nanoseconds and guesses no types", async () => {
    await expect(readAll(fixture("nanoseconds.arrow"))).rejects.toMatchObject({ code: "COERCION_LOSSY" });
    await expect(readAll(fixture("interval.arrow"))).rejects.toMatchObject({ code: "TYPE_UNSUPPORTED" });
  });

  it("names a file that it cannot read", async () => {
    await expect(readAll("/nowhere/in.arrow")).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
      message: expect.stringContaining("/nowhere/in.arrow") as string,
    });
    await expect(readAll(fixture("make.py"))).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
      message: expect.stringContaining("make.py") as string,
    });
  });

  it("notices a file that was cut off", async () => {
    const whole = await readFile(fixture("types.arrow"));
    const path = join(folder, "cut.arrow");
    const handle = await open(path, "w");
    await handle.write(whole.subarray(0, whole.length - 100));
    await handle.close();
    await expect(readAll(path)).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  });
});

describe("writing Arrow files", () => {
  const schema: TableSchema = {
    fields: [
      { name: "id", type: { kind: "integer" }, required: true },
      { name: "text", type: { kind: "string" } },
    ],
  };

  it("writes batches that are read again", async () => {
    const path = join(folder, "out.arrow");
    const writer = await IpcFileWriter.create(path, schema);
    const batches = [0, 1, 2].map((part) =>
      pack(
        schema,
        Array.from({ length: 1000 }, (_, index) => ({
          id: part * 1000 + index,
          text: index % 7 === 0 ? null : `text ${index}`,
        })),
      ),
    );
    for (const batch of batches) await writer.append(batch);
    const { bytes, rows } = await writer.finish();
    expect(rows).toBe(3000);
    expect(bytes).toBe((await readFile(path)).length);
    const read = await readAll(path);
    expect(read).toHaveLength(3);
    expect(read[0]?.schema).toEqual(schema);
    expect(equalBatches(concatenateBatches(read), concatenateBatches(batches))).toBe(true);
  });

  it("writes a file without records", async () => {
    const path = join(folder, "empty.arrow");
    const { rows } = await (await IpcFileWriter.create(path, schema)).finish();
    expect(rows).toBe(0);
    expect(await readAll(path)).toEqual([]);
    expect(await readIpcFileSchema(path)).toEqual(schema);
  });

  it("hands a large record batch over in parts", async () => {
    const path = join(folder, "large.arrow");
    const writer = await IpcFileWriter.create(path, schema);
    const large = pack(
      schema,
      Array.from({ length: 100_000 }, (_, id) => ({ id, text: `${id} ${"x".repeat(90)}` })),
    );
    await writer.append(large);
    await writer.finish();
    const read = await readAll(path);
    expect(read.length).toBeGreaterThan(5);
    for (const part of read) expect(part.byteSize).toBeLessThan(2 * 1024 * 1024);
    expect(equalBatches(concatenateBatches(read), large)).toBe(true);
  });

  it("reports a target that is full or cannot be written", async () => {
    await expect(IpcFileWriter.create("/nowhere/out.arrow", schema)).rejects.toMatchObject({
      code: "TARGET_UNWRITABLE",
    });
    const writer = await IpcFileWriter.create("/dev/full", schema);
    await expect(writer.append(pack(schema, [{ id: 1 }]))).rejects.toMatchObject({ code: "TARGET_FULL" });
    await writer.abort();
  });

  it("stops reading when asked to", async () => {
    const read = async () => {
      for await (const _ of openIpcFile(fixture("types.arrow"), AbortSignal.abort()));
    };
    await expect(read()).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
