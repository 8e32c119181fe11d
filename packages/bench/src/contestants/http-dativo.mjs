// An HTTP API → Parquet: http-dativo.mjs <port> <concurrency>
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WORK } from "../datasets.mjs";
import { runJob } from "../run-job.mjs";

const [port, concurrency] = process.argv.slice(2);
const folder = join(WORK, "http");
rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, ".dativo"), { recursive: true });
const plugin = fileURLToPath(new URL("../plugins/http-pages.mjs", import.meta.url));
const job = join(folder, "job.yaml");
writeFileSync(
  job,
  `source:\n  custom_reader: "${plugin}:default"\n  connection: { base_url: "http://127.0.0.1:${port}" }\n  objects: [pages]\n  engine: { options: { concurrency: ${concurrency} } }\ntarget: { type: parquet, connection: { path: ./out } }\n`,
);
const { seconds, report } = await runJob(job);
if (report.objects[0].written !== 20_000) throw new Error(`${report.objects[0].written} of 20000 written`);
console.log(JSON.stringify({ seconds }));
