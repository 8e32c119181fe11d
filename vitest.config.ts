import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Starts the tests of whole commands first: they take minutes, and short ones then fill the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ project }: TestSpecification) => Number(project.name !== "e2e");
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
