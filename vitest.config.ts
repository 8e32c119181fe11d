import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests that take longest, in that order: whole commands, every mutant, and functions of a cloud. */
const LONGEST = [
  /e2e\/src\/kill-anywhere\.test/,
  /\/self-test\.test/,
  /e2e\/src\/(bad-input|native|secrets)\.test/,
  /e2e\/src\/(scale-out|scaffold)/,
  /\/cloud-(reader|writer)\.test/,
  /testing-kit\/src\/cli\/cli\.test/,
  /packages\/e2e\//,
];

/** Place of a file among those that take longest; behind all of them when it takes no time worth speaking of. */
function rank({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((pattern) => pattern.test(moduleId.replaceAll("\\", "/")));
  return at < 0 ? LONGEST.length : at;
}

/** Starts long tests first; short ones then fill the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    projects: [
      "packages/*/vitest.config.ts",
      "packages/runtimes/*/vitest.config.ts",
      "testing-kit/vitest.config.ts",
      "create-dativo-plugin/vitest.config.ts",
      "templates/*/vitest.config.ts",
      "docs/vitest.config.ts",
    ],
    // One more than the cores of the smallest machine, since many tests wait for processes and servers.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
