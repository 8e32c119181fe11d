// Rows in memory → Parquet through the whole engine: rows-dativo.mjs <rows> <folder>
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeBatches } from "../record-rows.mjs";
import { runJob } from "../run-job.mjs";

const [total, folder] = process.argv.slice(2);
const batches = makeBatches(Number(total));
globalThis.benchBatches = () => batches;
const plugin = fileURLToPath(new URL("../plugins/memory-rows.mjs", import.meta.url));

const times = [];
// The first run compiles the plugin, as a user's first run does, and is not counted: the others only load their library.
for (let i = 0; i < 4; i += 1) {
  for (const part of i === 0 ? ["."] : ["out", ".dativo/state", ".dativo/runs"])
    rmSync(join(folder, part), { recursive: true, force: true });
  mkdirSync(join(folder, ".dativo"), { recursive: true });
  const job = join(folder, "job.yaml");
  writeFileSync(
    job,
    `source: { custom_reader: "${plugin}:default", objects: [rows] }\ntarget: { type: parquet, connection: { path: ./out } }\n`,
  );
  const { seconds, report } = await runJob(job);
  if (report.objects[0].written !== Number(total))
    throw new Error(`${report.objects[0].written} of ${total} written`);
  if (i > 0) times.push(seconds);
}
console.log(JSON.stringify({ seconds: times.sort((a, b) => a - b)[1] }));
