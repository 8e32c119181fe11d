import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts"],
    globalSetup: ["src/testing/bundle-once.ts"],
    // Each test starts processes; more of them at once than there are cores only makes them wait.
    maxWorkers: 3,
    testTimeout: 120_000,
  },
});
