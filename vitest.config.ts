import { defineConfig } from "vitest/config";

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
    maxWorkers: 2,
  },
});
