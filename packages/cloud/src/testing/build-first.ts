import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../..", import.meta.url));

/** Functions run what was built, so it must be what is tested. */
export default function buildFirst(): void {
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  for (const words of [
    [join(typescript, "bin", "tsc"), "-p", "tsconfig.build.json"],
    [join(folder, "scripts", "bundle-function.mjs")],
  ])
    execFileSync(process.execPath, words, { cwd: folder, stdio: "inherit" });
}
