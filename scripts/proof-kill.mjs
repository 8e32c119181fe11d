// npm run proof:kill: kills runs of every built-in writer at ten thousand random moments. It takes hours.
import { prepare, step } from "./step.mjs";

prepare();
step("killed anywhere", "vitest", ["run", "--root", "packages/e2e", "src/kill-anywhere.test.ts"], {
  env: { DATIVO_RANDOM_KILLS: process.env.DATIVO_RANDOM_KILLS ?? "10000" },
});
