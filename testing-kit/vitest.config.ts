import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "testing-kit",
    include: ["src/**/*.test.ts"],
    // Some tests start processes; more of them at once than there are cores only makes them wait.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
