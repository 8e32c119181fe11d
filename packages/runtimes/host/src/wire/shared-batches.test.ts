import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ARROW_ARRAY,
  allocateWords,
  compilePacker,
  exportSchema,
  importColumnBatch,
  unpackRows,
} from "@dativo/columnar";
import type { BatchData, BatchForm, BatchHeader, NativeBatch, Row } from "@dativo/protocol";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchFrame } from "./batch-frame.js";
import { BufferPool } from "./buffer-pool.js";
import { SharedBatches } from "./shared-batches.js";

const packer = compilePacker({
  fields: [
    { name: "id", type: { kind: "integer" } },
    { name: "name", type: { kind: "string" } },
  ],
});

const recordsOf = (batch: number, count: number): Row[] =>
  Array.from({ length: count }, (_, at) => ({
    id: batch * 100_000 + at,
    name: at % 5 ? `${batch}/${at}` : null,
  }));

/** What native code reads that follows the pointers of a batch. */
function readByPointer(batch: NativeBatch): Row[] {
  const array = allocateWords(ARROW_ARRAY.words);
  array.set(batch.array());
  const pins: unknown[] = [];
  const schema = exportSchema(batch.schema, array[ARROW_ARRAY.release] as bigint, pins);
  const rows = unpackRows(importColumnBatch(schema, array)) as Row[];
  return pins.length > 0 ? rows : [];
}

describe.runIf(process.platform === "linux")("batches in the memory of another process (Linux)", () => {
  let folder: string;
  let files: number[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dativo-batches-"));
    files = [0, 1].map((number) => openSync(join(folder, `${number}`), "w+"));
  });

  afterEach(() => {
    for (const file of files) closeSync(file);
    rmSync(folder, { recursive: true });
  });

  /** Writes a batch where a plugin does, over the one before the last. */
  async function sent(data: BatchData, sequence: number) {
    const frame = await batchFrame({ id: 1, sequence, object: "things" }, data);
    const payload = frame.payload as Uint8Array;
    const descriptor = files[sequence % files.length] as number;
    writeSync(descriptor, payload, 0, payload.length, 0);
    return { header: frame.header as BatchHeader, shared: { descriptor, bytes: payload.length } };
  }

  async function read(batches: SharedBatches, data: BatchData, sequence: number): Promise<BatchData> {
    const { header, shared } = await sent(data, sequence);
    return await batches.read(header, shared);
  }

  const lending: readonly BatchForm[] = ["relation", "native", "arrow", "rows"];
  const columns = (number: number, count: number) => packer.pack(recordsOf(number, count)).batch;

  it("stay what they are for those who hold them, whatever comes after", async () => {
    const step = fc.record({
      /** 0 drops nothing; other numbers choose a batch that is held. */
      drops: fc.nat(6),
      keeps: fc.boolean(),
      count: fc.constantFrom(1, 100, 5000, 30_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const batches = new SharedBatches(process.pid, lending);
        const held: { batch: NativeBatch; number: number; count: number; drop: () => void }[] = [];
        const kept: { rows: () => unknown; number: number; count: number }[] = [];
        for (const [number, { drops, keeps, count }] of steps.entries()) {
          const batch = (await read(batches, columns(number, count), number)) as NativeBatch;
          expect(batch.form).toBe("native");
          const drop = number % 2 === 0 ? () => batch.release() : batch.retain();
          if (number % 2 === 1) batch.release();
          held.push({ batch, number, count, drop });
          if (keeps && drops === 3) {
            const own = batch.columns();
            kept.push({ rows: () => unpackRows(own), number, count });
          }
          if (drops > 0) held.splice((drops - 1) % held.length, 1)[0]?.drop();
        }
        for (const { batch, number, count } of held)
          expect(readByPointer(batch)).toEqual(recordsOf(number, count));
        for (const { rows, number, count } of kept) expect(rows()).toEqual(recordsOf(number, count));
      }),
      { numRuns: 30 },
    );
  });

  it("use the same memory again once they were released", async () => {
    const pool = new BufferPool();
    const batches = new SharedBatches(process.pid, lending, pool);
    const held: NativeBatch[] = [];
    for (let number = 0; number < 50; number += 1) {
      held.push((await read(batches, columns(number, 5000), number)) as NativeBatch);
      if (held.length > 3) held.shift()?.release();
    }
    expect(pool.allocated).toBe(4);
    // Those who never release have memory of their own each time.
    for (let number = 0; number < 10; number += 1) await read(batches, columns(number, 5000), number);
    expect(pool.allocated).toBe(13);
  });

  it("of rows need their memory no longer than reading them takes", async () => {
    const pool = new BufferPool();
    const batches = new SharedBatches(process.pid, ["rows"], pool);
    const all: BatchData[] = [];
    for (let number = 0; number < 10; number += 1)
      all.push(await read(batches, { form: "rows", rows: recordsOf(number, 1000) }, number));
    all.forEach((data, number) => {
      expect(data.form === "rows" && data.rows).toEqual(recordsOf(number, 1000));
    });
    expect(pool.allocated).toBe(1);
  });

  it("are not lent to those who would rather have columns of their own", async () => {
    const pool = new BufferPool();
    for (const accepts of [undefined, ["arrow", "native"], ["rows", "arrow"]] as const) {
      const batches = new SharedBatches(process.pid, accepts, pool);
      const [first] = [await read(batches, columns(0, 5000), 0), await read(batches, columns(2, 5000), 2)];
      expect(first.form === "arrow" && unpackRows(first)).toEqual(recordsOf(0, 5000));
    }
    const text = new TextEncoder().encode('[{"id":1}]');
    const batches = new SharedBatches(process.pid, lending, pool);
    const passed = await read(batches, { form: "json", text, recordCount: 1 }, 0);
    await read(batches, { form: "json", text: new TextEncoder().encode('[{"id":2}]'), recordCount: 1 }, 2);
    expect(passed.form === "json" && Buffer.from(passed.text).toString()).toBe('[{"id":1}]');
    expect(pool.allocated).toBe(0);
  });
});
