// Writes the report's schema and docs/reference/checks.md from their definitions; with --check, fails when one is stale.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { checksPage, contractReportJsonSchema, testConfigJsonSchema } from "../dist/index.js";

const files = {
  "../schemas/report.schema.json": `${JSON.stringify(contractReportJsonSchema(), null, 2)}\n`,
  "../schemas/test-config.schema.json": `${JSON.stringify(testConfigJsonSchema(), null, 2)}\n`,
  "../../docs/reference/checks.md": checksPage(),
};

const check = process.argv.includes("--check");
const stale = [];
for (const [path, text] of Object.entries(files)) {
  const file = fileURLToPath(new URL(path, import.meta.url));
  if (!check) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (readIfThere(file) !== text) stale.push(file);
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
