import type { ReaderEvent } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openReader, readAll, rowsIn } from "../../test/recording-host.js";
import { BatchBuffer } from "./batch-buffer.js";
import { defineReader } from "./define-reader.js";
import { position } from "./yielded.js";

const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ n: from + index, text: "x".repeat(100) }));
const sizes = (events: readonly ReaderEvent[]) =>
  events.flatMap((event) =>
    event.type === "batch" && event.data.form === "rows" ? [event.data.rows.length] : [],
  );

async function read(yielded: () => unknown, batchBytes = 10_000, more: object = {}) {
  const plugin = defineReader({ name: "x", objects: { o: { read: yielded, ...more } as never } });
  return readAll(await openReader(plugin, { engine: { options: { batch_bytes: batchBytes } } }));
}

describe("regrouping", () => {
  it("groups rows that come one by one", async () => {
    const events = await read(() => rows(500));
    expect(rowsIn(events)).toEqual(rows(500));
    const counts = sizes(events);
    expect(counts.length).toBeGreaterThan(3);
    expect(counts.length).toBeLessThan(20);
  });

  it("groups tiny pages", async () => {
    const events = await read(() => rows(500).map((row) => [row]));
    expect(rowsIn(events)).toEqual(rows(500));
    expect(sizes(events).length).toBeLessThan(20);
  });

  it("cuts huge pages, by bytes and by rows", async () => {
    const byBytes = await read(() => [rows(5000)]);
    expect(rowsIn(byBytes)).toEqual(rows(5000));
    expect(Math.max(...sizes(byBytes))).toBeLessThan(500);
    const byRows = await read(() => [rows(25_000)], 1e9);
    expect(rowsIn(byRows)).toHaveLength(25_000);
    expect(Math.max(...sizes(byRows))).toBe(10_000);
  });

  it("never groups past a position", async () => {
    const events = await read(
      function* () {
        yield rows(2);
        yield position(1);
        yield rows(3, 2);
        yield position(2);
      },
      1e9,
      { position: z.int() },
    );
    expect(events.map(({ type }) => type)).toEqual([
      "object",
      "batch",
      "checkpoint",
      "batch",
      "checkpoint",
      "end",
    ]);
    expect(sizes(events)).toEqual([2, 3]);
  });

  it("has checkpoints inside a page that is cut", async () => {
    const events = await read(() => [rows(1000)], 10_000, {
      cursor: "n",
      cursorKind: "integer",
      order: "ascending",
    });
    expect(events.filter(({ type }) => type === "checkpoint").length).toBe(sizes(events).length);
  });

  it("copies pages, so that an author may use one array again", async () => {
    const events = await read(function* () {
      const reused: object[] = [];
      for (let n = 0; n < 10; n += 1) {
        reused.push(...rows(10, n * 10));
        yield reused;
        reused.length = 0;
      }
    }, 1000);
    expect(rowsIn(events)).toEqual(rows(100));
  });

  it("hands rows on after a second, full or not, and gives a sign of life without any", () => {
    let now = 0;
    const buffer = new BatchBuffer("o", 1e9, () => now);
    buffer.add(rows(1));
    expect(buffer.isDue).toBe(false);
    now = 1000;
    expect(buffer.isDue).toBe(true);
    buffer.take();
    expect(buffer.isDue).toBe(false);
    now = 2000;
    expect(buffer.isDue).toBe(true);
  });
});
