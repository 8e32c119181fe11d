// Writes schemas/*.schema.json from the definitions in src/job and src/report; with --check, fails when one is stale.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assetJsonSchema, jobJsonSchema, runReportJsonSchema } from "../dist/index.js";

const check = process.argv.includes("--check");
const stale = [];
for (const [name, schema] of [
  ["job.schema.json", jobJsonSchema()],
  ["asset.schema.json", assetJsonSchema()],
  ["run-report.schema.json", runReportJsonSchema()],
]) {
  const file = fileURLToPath(new URL(`../schemas/${name}`, import.meta.url));
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (!check) writeFileSync(file, text);
  else if (readIfThere(file) !== text) stale.push(file);
}
if (stale.length > 0) {
  console.error(`Stale: ${stale.join(", ")}\nRun: npm run generate`);
  process.exitCode = 1;
}

function readIfThere(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
