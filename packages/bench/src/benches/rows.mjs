import { join } from "node:path";
import { WORK } from "../datasets.mjs";
import { contestant } from "../measure.mjs";
import { printTable, ratio, seconds } from "../table.mjs";

const PEERS = [
  "hyparquet-writer",
  "parquet-wasm",
  "parquet-wasm, columns packed by hand",
  "nodejs-polars",
  "nodejs-polars, columns packed by hand",
];

/** TypeScript rows of eight fields → Parquet: the whole engine beside the packing limit and other libraries. */
export async function rows({ total = 1_000_000 } = {}) {
  const limit = await contestant("rows-packing", [total]);
  const ours = await contestant("rows-dativo", [total, join(WORK, "rows")]);
  const lines = [["rows → Parquet", "time", "M rows/s", "dativo is"]];
  const line = (name, result, note) =>
    lines.push([name, seconds(result.seconds), (total / result.seconds / 1e6).toFixed(2), note]);
  line("packing limit (rows → Arrow columns only)", limit, ratio(limit.seconds / ours.seconds));
  line("dativo: reader, validation, checkpoints, Parquet", ours, "1.00×");
  for (const peer of PEERS) {
    const result = await contestant("rows-peer", [peer, total, join(WORK, "peer.parquet")]);
    line(peer, result, `${ratio(result.seconds / ours.seconds)} as fast`);
  }
  printTable(
    `${total.toLocaleString("en")} rows of 8 fields in memory → one Parquet target (median of 3, one process each; libraries loaded and the plugin compiled before)`,
    lines,
  );
}
