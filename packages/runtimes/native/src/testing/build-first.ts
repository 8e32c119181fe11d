import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFixtures } from "./fixture-libraries.js";

/** Child processes run what was built, so it must be what is tested. */
export default function buildFirst(): void {
  const folder = fileURLToPath(new URL("../..", import.meta.url));
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  execFileSync(process.execPath, [join(typescript, "bin", "tsc"), "-p", "tsconfig.build.json"], {
    cwd: folder,
    stdio: "inherit",
  });
  compileFixtures();
}
