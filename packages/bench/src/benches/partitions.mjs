import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { WORK } from "../datasets.mjs";
import { megabytes, printTable, ratio, seconds } from "../table.mjs";

const PARTITIONS = 32;
const DATIVO = join(dirname(createRequire(import.meta.url).resolve("dativo/package.json")), "dist", "bin.js");
const READER = fileURLToPath(new URL("../plugins/parts.mjs", import.meta.url));

/** A divided run beside one that reads the same partitions one after the other, and what its coordinator holds. */
export async function partitions() {
  const folder = join(WORK, "partitions");
  const lines = [["source", "at once", "seconds", "records/s", "to one", "coordinator's peak"]];
  for (const [source, rows, pageMs, all] of [
    ["an API, 50 ms a page of 1 000", 160_000, 50, [1, 2, 8]],
    ["nothing but CPU", 640_000, 0, [1, 2]],
    // Eight times the records in the same partitions, for the coordinator's memory.
    ["nothing but CPU, a little", 320_000, 0, [8]],
    ["nothing but CPU, 8 times as much", 2_560_000, 0, [8]],
  ]) {
    let alone;
    for (const workers of all) {
      const run = await measured(folder, { rows, pageMs, workers });
      alone ??= workers === 1 ? run.seconds : undefined;
      lines.push([
        source,
        workers,
        seconds(run.seconds),
        Math.round(rows / run.seconds).toLocaleString("en"),
        alone === undefined ? "" : ratio(alone / run.seconds),
        workers === 1 ? "(it reads)" : megabytes(run.peakBytes),
      ]);
    }
  }
  printTable(`${PARTITIONS} partitions → Parquet, by the command, start-up included`, lines);
  rmSync(folder, { recursive: true, force: true });
}

function measured(folder, { rows, pageMs, workers }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  writeFileSync(
    join(folder, "job.yaml"),
    `name: parts
source:
  custom_reader: "${READER}:default"
  objects: [events]
  engine: { options: { rows: ${rows}, parts: ${PARTITIONS}, page_ms: ${pageMs} } }
target: { type: parquet, connection: { path: ./out } }
`,
  );
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const words = ["run", "job.yaml", "--json", ...(workers > 1 ? ["--workers", workers] : [])];
    const child = spawn(process.execPath, [DATIVO, ...words], {
      cwd: folder,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let stdout = "";
    let peakBytes = 0;
    child.stdout.on("data", (text) => (stdout += text));
    const timer = setInterval(() => {
      peakBytes = Math.max(peakBytes, peakOf(child.pid));
    }, 20);
    child.on("close", (code) => {
      clearInterval(timer);
      const elapsed = (performance.now() - started) / 1000;
      const written = code === 0 ? JSON.parse(stdout).objects[0].written : undefined;
      if (written === rows) resolve({ seconds: elapsed, peakBytes });
      else reject(new Error(`dativo run ended with ${code} and ${written} of ${rows} records`));
    });
  });
}

/** The most memory that a process has had so far; 0 where the kernel does not tell. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
