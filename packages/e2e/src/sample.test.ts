import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

/** What a sample takes of five variants, of four tests of two variants, and what it counts. */
function takenBy(wanted: string) {
  const folder = mkdtempSync(join(tmpdir(), "dativo-sample-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const counts = join(folder, "counts.txt");
  const script = `import { alternating, sample, some } from ${JSON.stringify(new URL("../../../scripts/sample.mjs", import.meta.url).href)};
const tests = [0, 1].map((turn) => {
  const names = [];
  const alternate = alternating((name) => names.push(name), turn);
  for (const name of ["a", "b", "c", "d"]) alternate(name);
  return names.join("");
});
console.log(JSON.stringify({ tests, variants: sample([0, 1, 2, 3, 4], some(2, 5)) }));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, DATIVO_TESTS: wanted, DATIVO_SAMPLE_COUNTS: counts },
  });
  const pairs = readFileSync(counts, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ").map(Number) as [number, number]);
  return {
    ...(JSON.parse(output) as { tests: string[]; variants: number[] }),
    counted: [0, 1].map((at) => pairs.reduce((sum, pair) => sum + (pair[at] ?? 0), 0)),
  };
}

test("every variant is tested when all are wanted, and each test in a sample too", () => {
  expect(takenBy("all")).toEqual({ tests: ["abcd", "abcd"], variants: [0, 1, 2, 3, 4], counted: [13, 13] });
  expect(takenBy("")).toEqual({ tests: ["ac", "bd"], variants: [0, 1], counted: [6, 13] });
});

test("samples that follow each other take other variants, and between them all", () => {
  expect(takenBy("0")).toEqual(takenBy(""));
  expect(takenBy("1")).toEqual({ tests: ["bd", "ac"], variants: [2, 3], counted: [6, 13] });
  expect(takenBy("2").variants).toEqual([0, 4]);
});

test("what names no sample is refused", () => {
  for (const wanted of ["some", "-1", "1.5"])
    expect(() => takenBy(wanted)).toThrow(`DATIVO_TESTS is "${wanted}". It must be "all", or the number`);
});
