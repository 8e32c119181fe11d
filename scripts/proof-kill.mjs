// npm run proof:kill [-- N]: kills runs of every built-in writer at N random moments, ten thousand by default; takes hours.
import { prepare, step } from "./step.mjs";

const [kills = "10000"] = process.argv.slice(2);

prepare();
step("killed anywhere", "vitest", ["run", "--root", "packages/e2e", "src/kill-anywhere.test.ts"], {
  env: { DATIVO_RANDOM_KILLS: kills, DATIVO_TESTS: "all" },
});
