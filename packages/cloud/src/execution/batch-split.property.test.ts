import { compilePacker } from "@dativo/columnar";
import { type BatchData, encodeFrame, isDativoError, type Row } from "@dativo/protocol";
import { batchData, batchFrame } from "@dativo/runtime-host";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitBatch } from "./batch-split.js";

const rows = fc.array(fc.record({ id: fc.integer(), text: fc.string({ maxLength: 200 }) }), {
  maxLength: 60,
});

const SCHEMA = {
  fields: [
    { name: "id", type: { kind: "integer" } },
    { name: "text", type: { kind: "string" } },
  ],
} as const;

const FORMS: Record<string, (rows: readonly Row[]) => BatchData> = {
  rows: (rows) => ({ form: "rows", rows }),
  json: (rows) => ({ form: "json", text: new TextEncoder().encode(JSON.stringify(rows)) }),
  arrow: (rows) => compilePacker(SCHEMA as never).pack(rows).batch,
};

async function sizeOf(data: BatchData): Promise<number> {
  return encodeFrame(await batchFrame({ id: 0, sequence: 0, object: "" }, data)).length;
}

describe.each(Object.keys(FORMS))("a batch of the form %s", (form) => {
  it("is cut into parts that fit, and loses, doubles and reorders nothing", async () => {
    const { unpackRows } = await import("@dativo/columnar");
    const rowsOf = (data: BatchData) => {
      if (data.form === "rows") return data.rows;
      if (data.form === "arrow") return unpackRows(data);
      throw new Error(`not cut: ${data.form}`);
    };
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 300, max: 6000 }), async (given, maxBytes) => {
        const parts: { data: BatchData; records: number }[] = [];
        try {
          for await (const { batch, records } of splitBatch(FORMS[form]?.(given) as BatchData, maxBytes))
            parts.push({
              data: await batchData({ ...batch.header, id: 0 }, batch.payload ?? new Uint8Array(0)),
              records,
            });
        } catch (error) {
          // One record alone may be larger than there is room for, and nothing else.
          expect(isDativoError(error) && error.code).toBe("CLOUD_PAYLOAD_TOO_LARGE");
          const sizes = given.map((row) => FORMS[form]?.([row]) as BatchData);
          expect(Math.max(...(await Promise.all(sizes.map(sizeOf))))).toBeGreaterThan(maxBytes - 100);
          return;
        }
        expect(parts.flatMap(({ data }) => [...rowsOf(data)])).toEqual(given);
        for (const { data, records } of parts) {
          expect(rowsOf(data).length).toBe(records);
          if (given.length > 0) expect(await sizeOf(data)).toBeLessThanOrEqual(maxBytes);
        }
      }),
      { numRuns: 60 },
    );
  });
});
