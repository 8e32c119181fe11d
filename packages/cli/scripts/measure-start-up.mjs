import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Measures what starting the command costs over `node -e 0`, in milliseconds; medians of interleaved starts.

const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));
const rounds = Number(process.argv[2] ?? 15);
const folder = mkdtempSync(join(tmpdir(), "dativo-start-up-"));
const start = (cwd, ...words) => {
  const began = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, words, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
  return Number(process.hrtime.bigint() - began) / 1e6;
};
const reset = (cwd) => {
  for (const below of ["data", ".dativo/state", ".dativo/runs", ".dativo/locks"])
    rmSync(join(cwd, below), { recursive: true, force: true });
};
start(folder, bin, "init", "csv", "--source", "csv");
start(folder, bin, "init", "plugin");
const cases = {
  "node -e 0": () => start(folder, "-e", "0"),
  "--help": () => start(folder, bin, "--help"),
  "validate (csv → parquet)": () => start(join(folder, "csv"), bin, "validate", "job.yaml"),
  "run (csv → parquet)": () => {
    reset(join(folder, "csv"));
    return start(join(folder, "csv"), bin, "run", "job.yaml");
  },
  "run (TypeScript plugin → parquet, warm)": () => {
    reset(join(folder, "plugin"));
    return start(join(folder, "plugin"), bin, "run", "job.yaml");
  },
};
const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
for (const measure of Object.values(cases)) measure();
for (let round = 0; round < rounds; round++)
  for (const [name, measure] of Object.entries(cases)) times[name].push(measure());
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const bare = median(times["node -e 0"]);
for (const [name, values] of Object.entries(times))
  console.log(
    `${name.padEnd(42)} ${median(values).toFixed(0).padStart(5)} ms   ${`+${(median(values) - bare).toFixed(0)}`.padStart(6)} ms   fastest ${Math.min(...values).toFixed(0)} ms`,
  );
rmSync(folder, { recursive: true, force: true });
