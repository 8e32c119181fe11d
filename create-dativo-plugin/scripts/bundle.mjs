import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compileTemplates } from "./compile-templates.mjs";

// Bundles the command with everything it needs, templates included: `npm create` fetches one package and works offline.

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(root, "dist");
const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));

const { outputFiles } = await build({
  entryPoints: [{ in: join(root, "src/bin.ts"), out: "bin" }],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  chunkNames: "chunk-[hash]",
  define: { __VERSION__: JSON.stringify(version) },
  // Some of what is bundled is CommonJS inside, and uses what such modules have.
  banner: {
    js: [
      'import { createRequire as __createRequire } from "node:module";',
      'import { fileURLToPath as __fileURLToPath } from "node:url";',
      "const require = __createRequire(import.meta.url);",
      "const __filename = __fileURLToPath(import.meta.url);",
      'const __dirname = __fileURLToPath(new URL(".", import.meta.url));',
    ].join(" "),
  },
  minify: true,
  legalComments: "linked",
  logLevel: "warning",
  write: false,
});

await mkdir(out, { recursive: true });
const names = new Set(outputFiles.map(({ path }) => path));
for (const file of outputFiles) await writeFile(file.path, file.contents);
await writeFile(join(out, "templates.json"), `${JSON.stringify(await compileTemplates(version))}\n`);
for (const name of await readdir(out))
  if (name.startsWith("chunk-") && !names.has(join(out, name))) await rm(join(out, name), { force: true });
await chmod(join(out, "bin.js"), 0o755);
