// A job with native plugins through the whole engine: native-dativo.mjs <folder> <job text> [runs]
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runJob } from "../run-job.mjs";

const [folder, job, runs = 3] = process.argv.slice(2);
const times = [];
let written = 0;
for (let i = 0; i < Number(runs); i += 1) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, ".dativo"), { recursive: true });
  const file = join(folder, "job.yaml");
  writeFileSync(file, job);
  const { seconds, report } = await runJob(file);
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
