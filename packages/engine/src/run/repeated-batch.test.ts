import type { BatchData } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { RepeatedBatch } from "./repeated-batch.js";

const batch = (records: number): BatchData => ({
  form: "rows",
  rows: Array.from({ length: records }, () => ({ id: 1 })),
});

/** How many batches pass before the next one is refused. */
function passing(data: BatchData): number {
  const repeated = new RepeatedBatch("a");
  for (let batches = 0; batches < 3000; batches += 1)
    try {
      repeated.batch(data);
    } catch {
      return batches;
    }
  return 3000;
}

describe("the same batch again and again", () => {
  it("may come a thousand times when it is small", () => {
    expect(passing(batch(2))).toBe(1000);
  });
  it("may hold a million records in all when small pages were regrouped into large batches", () => {
    expect(passing(batch(10_000))).toBe(100);
  });
});
