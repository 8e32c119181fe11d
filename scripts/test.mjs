// npm test: installs, builds, checks the types, runs every test with a sample of its variants, and counts what was skipped and why.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { testRust, useTestProfile } from "./rust.mjs";
import { prepare, ROOT, step } from "./step.mjs";

prepare();
useTestProfile();
// With arguments only some tests are wanted; those that need a library build it themselves.
const rustSteps = process.argv.length > 2 ? undefined : testRust();
step("types and type tests", "turbo", ["run", "typecheck", "--output-logs=errors-only"]);

const report = join(ROOT, ".turbo", "vitest-report.json");
mkdirSync(join(ROOT, ".turbo"), { recursive: true });
rmSync(report, { force: true });
const sampleCounts = join(ROOT, ".turbo", "sample-counts.txt");
rmSync(sampleCounts, { force: true });
const { status } = step(
  "tests",
  "vitest",
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { allowFailure: true, env: { DATIVO_SAMPLE_COUNTS: sampleCounts } },
);

if (!existsSync(report)) {
  console.error("✖ the tests did not start; see above");
  process.exit(status || 1);
}
const results = JSON.parse(readFileSync(report, "utf8"));
const tests = results.testResults.flatMap((file) =>
  file.assertionResults.map((test) => ({ ...test, file: file.name })),
);
const skipped = tests.filter(
  (test) => test.status === "pending" || test.status === "skipped" || test.status === "todo",
);
const failed = tests.filter((test) => test.status === "failed");
const passed = tests.filter((test) => test.status === "passed");
const brokenFiles = results.testResults.filter(
  (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
);

for (const test of skipped) console.log(`skipped: ${test.fullName}`);
if (passed.length === 0) console.error("✖ no test ran");
const refused = process.env.CI && (skipped.length > 0 || rustSteps === 0);
if (refused) console.error("✖ in CI nothing may be skipped");
console.log(
  `\n${passed.length} passed, ${failed.length + brokenFiles.length} failed, ${skipped.length} skipped`,
);
if (existsSync(sampleCounts)) {
  const counts = readFileSync(sampleCounts, "utf8").trimEnd().split("\n");
  const sum = (at) => counts.reduce((total, line) => total + Number(line.split(" ")[at]), 0);
  console.log(`sample: ${sum(0)} of ${sum(1)} variants; npm run test:all runs every one`);
}
process.exit(status !== 0 || passed.length === 0 || refused ? 1 : 0);
