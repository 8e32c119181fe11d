import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { name: "docs", include: ["examples/**/*.test.ts"], testTimeout: 60_000 },
});
