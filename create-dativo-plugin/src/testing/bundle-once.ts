import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Builds the command that the tests run. */
export default function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL("../../scripts/bundle.mjs", import.meta.url))], {
    stdio: "inherit",
  });
}
