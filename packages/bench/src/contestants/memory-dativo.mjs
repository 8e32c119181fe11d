// Peak memory of a stream of rows → Parquet: memory-dativo.mjs <rows> <folder>
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeRows } from "../record-rows.mjs";
import { runJob } from "../run-job.mjs";

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
const { seconds, report } = await runJob(job);
if (report.objects[0].written !== Number(total))
  throw new Error(`${report.objects[0].written} of ${total} written`);
console.log(JSON.stringify({ seconds, peak_rss: process.resourceUsage().maxRSS * 1024 }));
