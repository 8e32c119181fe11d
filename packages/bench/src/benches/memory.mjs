import { join } from "node:path";
import { flights, WORK } from "../datasets.mjs";
import { contestant } from "../measure.mjs";
import { megabytes, printTable, ratio } from "../table.mjs";

/** Peak memory at one and at ten million records: flat means that ten times the records need no more of it. */
export async function memory() {
  const lines = [["peak memory (RSS)", "smaller", "larger", "larger / smaller"]];
  const line = (name, small, large) =>
    lines.push([
      name,
      megabytes(small.peak_rss),
      megabytes(large.peak_rss),
      ratio(large.peak_rss / small.peak_rss),
    ]);
  line(
    "TypeScript rows → Parquet, 1 M and 10 M",
    await contestant("memory-dativo", [1_000_000, join(WORK, "memory")]),
    await contestant("memory-dativo", [10_000_000, join(WORK, "memory")]),
  );
  const data = await flights();
  line(
    "Parquet → Parquet, 3 M and 10 M",
    await contestant("columnar-dativo", ["parquet", data.three, join(WORK, "memory"), 1]),
    await contestant("columnar-dativo", ["parquet", data.ten, join(WORK, "memory"), 1]),
  );
  printTable("Memory (one process each)", lines);
}
