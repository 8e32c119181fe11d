import { join } from "node:path";
import { flights, WORK } from "../datasets.mjs";
import { contestant } from "../measure.mjs";
import { printTable, ratio, seconds } from "../table.mjs";

/** Files → Parquet beside DuckDB's own COPY of the same file. */
export async function columnar() {
  const data = await flights();
  const lines = [["files → Parquet", "dativo", "DuckDB COPY", "dativo is"]];
  for (const [name, type, input] of [
    ["flights-3m Parquet → Parquet", "parquet", data.three],
    ["flights-3m CSV → Parquet", "csv", data.threeCsv],
    ["flights-10m Parquet → Parquet", "parquet", data.ten],
    ["flights-10m CSV → Parquet", "csv", data.tenCsv],
  ]) {
    const ours = await contestant("columnar-dativo", [type, input, join(WORK, "ours")]);
    const copy = await contestant("columnar-duckdb", [type, input, join(WORK, "copy")]);
    if (ours.written !== copy.written)
      throw new Error(`${name}: ${ours.written} records, COPY wrote ${copy.written}`);
    lines.push([
      name,
      seconds(ours.seconds),
      seconds(copy.seconds),
      `${ratio(copy.seconds / ours.seconds)} as fast`,
    ]);
  }
  printTable("Built-in files → Parquet (median of 3, in process, start-up excluded on both sides)", lines);
}
