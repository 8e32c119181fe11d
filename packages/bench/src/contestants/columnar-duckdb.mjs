// The same by DuckDB's own COPY, through its Node client: columnar-duckdb.mjs <type> <input> <folder> [runs]
import { mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [type, input, folder, runs = 3] = process.argv.slice(2);
const peers = createRequire(join(fileURLToPath(new URL("../../peers", import.meta.url)), "package.json"));
const { DuckDBInstance } = peers("@duckdb/node-api");
const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run("SET preserve_insertion_order = false");
const times = [];
let written = 0;
for (let i = 0; i < Number(runs); i += 1) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const started = performance.now();
  const result = await connection.run(
    `COPY (FROM read_${type}('${input}')) TO '${join(folder, "flights.parquet")}' (FORMAT parquet)`,
  );
  times.push((performance.now() - started) / 1000);
  written = Number(result.rowsChanged);
}
console.log(
  JSON.stringify({
    seconds: times.sort((a, b) => a - b)[Math.floor(times.length / 2)],
    written,
    peak_rss: process.resourceUsage().maxRSS * 1024,
  }),
);
