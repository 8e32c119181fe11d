import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests that take minutes: whole commands, every mutant, and functions of a cloud. */
const LONG = /packages\/e2e\/|\/self-test\.test|\/cloud-(reader|writer)\.test/;

/** Starts long tests first; short ones then fill the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ moduleId }: TestSpecification) => Number(!LONG.test(moduleId.replaceAll("\\", "/")));
    return (await super.sort(files)).toSorted((a, b) => isShort(a) - isShort(b));
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
