import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    globalSetup: ["src/testing/bundle-once.ts"],
    // As everywhere: the vitest.config.ts of the root says why.
    maxWorkers: 3,
    testTimeout: 120_000,
  },
});
