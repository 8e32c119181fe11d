import { compilePacker, unpackRows } from "@dativo/columnar";
import type { BatchHeader, RowBatch } from "@dativo/protocol";
import { expect, it } from "vitest";
import { batchData, batchFrame } from "./batch-frame.js";

it("rows keep the types that come with them", async () => {
  const data: RowBatch = {
    form: "rows",
    rows: [{ at: "2024-01-01T00:00:00Z", id: 2n ** 60n }],
    schema: { fields: [{ name: "at", type: { kind: "timestamp", zone: true } }] },
  };
  const frame = await batchFrame({ id: 1, sequence: 0, object: "things" }, data);
  expect(await batchData(frame.header as BatchHeader, frame.payload as Uint8Array)).toEqual(data);
  const { schema: _, ...plain } = data;
  const other = await batchFrame({ id: 1, sequence: 0, object: "things" }, plain);
  expect(await batchData(other.header as BatchHeader, other.payload as Uint8Array)).toEqual(plain);
});

it.each([0, 1, 4, 8])("columns are read wherever they lie: %i bytes into a buffer", async (offset) => {
  const schema = {
    fields: [
      { name: "id", type: { kind: "integer" } },
      { name: "price", type: { kind: "decimal", precision: 20, scale: 2 } },
    ],
  } as const;
  const rows = [
    { id: 1, price: "1.50" },
    { id: 2n ** 60n, price: null },
  ];
  const { batch } = compilePacker(schema).pack(rows, { unknownFields: "reject" });
  const frame = await batchFrame({ id: 1, sequence: 0, object: "things" }, batch);
  const payload = frame.payload as Uint8Array;
  const buffer = new Uint8Array(payload.length + 8);
  buffer.set(payload, offset);
  const read = await batchData(frame.header as BatchHeader, buffer.subarray(offset, offset + payload.length));
  expect(read.form === "arrow" && unpackRows(read)).toEqual(rows);
});
