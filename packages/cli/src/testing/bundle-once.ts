import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Bundles the command before the tests, which run what users run. */
export default function bundle(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL("../../scripts/bundle.mjs", import.meta.url))], {
    stdio: "inherit",
  });
}
