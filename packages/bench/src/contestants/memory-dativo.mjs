// Peak memory of `dativo run` on a stream of rows → Parquet: memory-dativo.mjs <rows> <folder>
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeRows } from "../record-rows.mjs";

const [total, folder] = process.argv.slice(2);
globalThis.benchBatches = function* () {
  for (let from = 0; from < Number(total); from += 10_000)
    yield makeRows(from, Math.min(10_000, Number(total) - from));
};
rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, ".dativo"), { recursive: true });
const plugin = fileURLToPath(new URL("../plugins/memory-rows.mjs", import.meta.url));
const job = join(folder, "job.yaml");
writeFileSync(
  job,
  `source: { custom_reader: "${plugin}:default", objects: [rows] }\ntarget: { type: parquet, connection: { path: ./out } }\n`,
);
const dativo = join(dirname(createRequire(import.meta.url).resolve("dativo/package.json")), "dist", "bin.js");
process.argv = [process.execPath, dativo, "run", job];
process.on("exit", () => console.log(JSON.stringify({ peak_rss: process.resourceUsage().maxRSS * 1024 })));
await import(dativo);
