import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "src/testing/build-first.ts",
    include: ["src/**/*.test.ts"],
    // What was built runs as it will run for users, imports of plugins included.
    server: { deps: { external: [/\/dist\//] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
