// A built-in source → Parquet through the whole engine: columnar-dativo.mjs <type> <input> <folder> [runs]
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runJob } from "../run-job.mjs";

const [type, input, folder, runs = 3] = process.argv.slice(2);
const times = [];
let written = 0;
for (let i = 0; i < Number(runs); i += 1) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, ".dativo"), { recursive: true });
  const job = join(folder, "job.yaml");
  writeFileSync(
    job,
    `source: { type: ${type}, files: [{ path: "${input}", object: flights }] }\ntarget: { type: parquet, connection: { path: ./out } }\n`,
  );
  const { seconds, report } = await runJob(job);
  written = report.objects[0].written;
  times.push(seconds);
}
console.log(
  JSON.stringify({
    seconds: times.sort((a, b) => a - b)[Math.floor(times.length / 2)],
    written,
    peak_rss: process.resourceUsage().maxRSS * 1024,
  }),
);
