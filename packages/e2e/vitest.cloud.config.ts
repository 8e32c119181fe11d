import { defineConfig } from "vitest/config";

/** What `npm run proof:cloud` runs: one thing after the other, as slow as an account is. */
export default defineConfig({
  test: {
    name: "proof:cloud",
    globalSetup: "src/install-tarballs.ts",
    include: ["src/cloud/account.proof.ts"],
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
  },
});
