import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL("../..", import.meta.url));

/** Functions run what was built, so it must be what is tested. */
export default async function buildFirst(): Promise<void> {
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  execFileSync(process.execPath, [join(typescript, "bin", "tsc"), "-p", "tsconfig.build.json"], {
    cwd: folder,
    stdio: "inherit",
  });
  await build({
    absWorkingDir: folder,
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    bundle: true,
    entryPoints: ["dist/function/node-lambda.js", "dist/function/node-gcp.js"],
    external: ["koffi", "esbuild"],
    format: "esm",
    logLevel: "error",
    outdir: "dist/function",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    target: "node20",
  });
}
