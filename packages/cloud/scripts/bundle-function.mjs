import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// Bundles what runs inside a function of a Node runtime into one module a provider, so that a package holds little
// and starts quickly. Minified, for names of files stand in what is not, and packages must be the same everywhere.

/** Packages that are loaded when they are first needed: where, and what stands for that in the bundle. */
const LATE = [
  {
    // It finds its compiled part from where it lies, so it stays a package of its own below `koffi/`.
    file: /columnar[\\/]dist[\\/]native[\\/]koffi\.js$/,
    from: 'createRequire(import.meta.url)("koffi")',
    to: 'createRequire(new URL("./koffi/", import.meta.url))("koffi")',
  },
  {
    file: /columnar[\\/]dist[\\/]ipc[\\/]arrow-library\.js$/,
    from: 'createRequire(import.meta.url)("apache-arrow")',
    to: 'require("apache-arrow")',
  },
];

const latePackages = {
  name: "late-packages",
  setup({ onLoad }) {
    for (const { file, from, to } of LATE)
      onLoad({ filter: file }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        if (!text.includes(from)) throw new Error(`${path} no longer has ${from}`);
        return { contents: text.replace(from, to), loader: "js" };
      });
  },
};

await build({
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  bundle: true,
  entryPoints: ["dist/function/node-lambda.js", "dist/function/node-gcp.js"],
  external: ["esbuild", "@duckdb/node-bindings"],
  format: "esm",
  keepNames: true,
  legalComments: "none",
  logLevel: "warning",
  logOverride: { "import-is-undefined": "error" },
  minify: true,
  outdir: "dist/function",
  outExtension: { ".js": ".mjs" },
  platform: "node",
  plugins: [latePackages],
  target: "node22",
});
