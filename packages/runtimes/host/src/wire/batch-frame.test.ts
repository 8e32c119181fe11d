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
