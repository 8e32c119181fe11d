import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

// Bundles the command into few flat files, so that starting it reads little from disk.
// Every output lies directly in dist/: what a bundled package finds beside itself by import.meta.url is looked up
// in dist/<package>/<path>, where this script puts it.

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = fileURLToPath(new URL("../..", import.meta.url));
const out = join(root, "dist");
const resolve = createRequire(import.meta.url).resolve;


/** Files that run as processes or workers of their own: where the package expects them, and which source they are. */
const PROCESS_ENTRIES = [{ name: "@dativo/runtime-node", below: "child/main.js" }];

const external = ["koffi", "@duckdb/node-bindings", "esbuild", "apache-arrow"];

/** Keeps `import.meta.url` of workspace packages meaning a place below dist/ that mirrors the package. */
const mirroredUrls = {
  name: "mirrored-urls",
  setup({ onLoad }) {
    onLoad({ filter: /packages[\\/].*[\\/]dist[\\/].*\.js$/ }, async ({ path }) => {
      const contents = await readFile(path, "utf8");
      if (!contents.includes("import.meta.url")) return undefined;
      const { code } = await transform(contents, {
        define: { "import.meta.url": "__mirroredUrl" },
        format: "esm",
        target: "node20",
      });
      return { contents: `const __mirroredUrl = new URL("./${mirroredPath(path)}", import.meta.url).href;\n${code}`, loader: "js" };
    });
  },
};

/** Path below dist/ that stands for a file of a workspace package, such as `runtimes-node/child/main.js`. */
function mirroredPath(path) {
  const [folder, below] = relative(packages, path).split(`${sep}dist${sep}`);
  return `${folder.replaceAll(sep, "-")}/${below.replaceAll(sep, "/")}`;
}

const processEntries = PROCESS_ENTRIES.map(({ name, below }) => {
  const source = join(dirname(resolve(name)), below);
  const stub = mirroredPath(source);
  return { in: source, out: stub.replace(/\.js$/, "").replaceAll("/", "-"), stub };
});

const result = await build({
  entryPoints: [
    { in: join(root, "src/bin.ts"), out: "bin" },
    { in: join(root, "src/index.ts"), out: "index" },
    ...processEntries.map((entry) => ({ in: entry.in, out: entry.out })),
  ],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  chunkNames: "chunk-[hash]",
  entryNames: "[name]",
  // Commander and yaml are CommonJS inside and call require for Node's own modules.
  banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  external,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "linked",
  plugins: [mirroredUrls],
  metafile: true,
  logLevel: "warning",
  write: false,
});

await mkdir(out, { recursive: true });
for (const old of await readdir(out)) if (old.startsWith("chunk-")) await rm(join(out, old));
for (const file of result.outputFiles) await writeFile(file.path, file.contents);
await chmod(join(out, "bin.js"), 0o755);
for (const entry of processEntries) {
  const stub = join(out, entry.stub);
  await mkdir(dirname(stub), { recursive: true });
  await writeFile(stub, `import "${relative(dirname(stub), join(out, `${entry.out}.js`)).replaceAll(sep, "/")}";\n`);
}
if (process.argv.includes("--meta")) await writeFile(join(out, "meta.json"), JSON.stringify(result.metafile));
