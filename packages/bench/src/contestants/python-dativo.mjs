// A Python reader → Parquet through the whole engine: python-dativo.mjs <class> <interpreter> <folder>
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runJob } from "../run-job.mjs";

const [type, interpreter, folder] = process.argv.slice(2);
const plugin = fileURLToPath(new URL("../plugins/generated.py", import.meta.url));
const times = [];
let written = 0;
for (let i = 0; i < 3; i += 1) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, ".dativo"), { recursive: true });
  const job = join(folder, "job.yaml");
  writeFileSync(
    job,
    `source: { custom_reader: "${plugin}:${type}", objects: [rows], engine: { options: { python: "${interpreter}" } } }\ntarget: { type: parquet, connection: { path: ./out } }\n`,
  );
  const { seconds, report } = await runJob(job);
  written = report.objects[0].written;
  times.push(seconds);
}
console.log(JSON.stringify({ seconds: times.sort((a, b) => a - b)[1], written }));
