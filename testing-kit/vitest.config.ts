import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "testing-kit",
    include: ["src/**/*.test.ts"],
    // As everywhere: the vitest.config.ts of the root says why.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
