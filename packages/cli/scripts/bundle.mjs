import { readFileSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { sharedPackage } from "@dativo/runtime-node";
import { build, transform } from "esbuild";

// Bundles the command into few flat files, so that starting it reads little from disk.
// Every output lies directly in dist/: what a bundled package finds beside itself by import.meta.url is looked up
// in dist/<package>/<path>, where this script puts it.

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = fileURLToPath(new URL("../..", import.meta.url));
const out = join(root, "dist");
const resolve = createRequire(import.meta.url).resolve;

/** Files that run as processes or workers of their own: where the package expects them, and which source they are. */
const PROCESS_ENTRIES = [
  { name: "@dativo/runtime-native", below: "child-main.js" },
  { name: "@dativo/runtime-node", below: "child-main.js" },
];

/** Packages that plugins take from the command when theirs has the same version. */
const SHARED = [
  { name: "@dativo/protocol", file: "protocol.ts" },
  { name: "@dativo/sdk", file: "sdk.ts" },
  { name: "zod", file: "zod.ts" },
];
const sharedName = (file) => `shared-${basename(file, ".ts")}`;

/** Folders of files that are no JavaScript, which a package looks for beside its dist/. */
const DATA_FOLDERS = [{ name: "@dativo/runtime-python", folder: "python" }];

// The cloud is a package of its own, with files beside it and clients of providers that most never load.
const external = [
  "koffi",
  "@duckdb/node-bindings",
  "esbuild",
  "apache-arrow",
  "@dativo/cloud",
  "zod/locales",
];

/**
 * Prepares each file for splitting.
 *
 * What is imported through a package's index is imported from the file that has it: esbuild follows an index to
 * everything that any entry uses of it, and `--help` would load all of the protocol. `import.meta.url` of workspace
 * packages keeps meaning a place below dist/ that mirrors the package.
 */
const prepared = {
  name: "prepared",
  setup({ onLoad }) {
    onLoad({ filter: /packages[\\/].*\.(ts|js)$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const isOwn = path.startsWith(join(root, "src"));
      const { code } = await transform(source, {
        loader: path.endsWith(".ts") ? "ts" : "js",
        target: "node20",
        define: isOwn ? {} : { "import.meta.url": "__mirroredUrl" },
        tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      });
      const contents = directImports(code);
      if (isOwn || !code.includes("__mirroredUrl")) return { contents, loader: "js" };
      return {
        contents: `const __mirroredUrl = new URL("./${mirroredPath(path)}", import.meta.url).href;\n${contents}`,
        loader: "js",
      };
    });
  },
};

/** Leaves zod's messages in other languages, a third of its code, outside until one is asked for. */
const lateLocales = {
  name: "late-locales",
  setup({ onLoad }) {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, async ({ path }) => {
      const names = [...(await readFile(path, "utf8")).matchAll(/default as (\w+)/g)].map(([, name]) => name);
      return {
        contents: names
          .map((name) => `export const ${name} = () => require("zod/locales").${name}();`)
          .join("\n"),
      };
    });
  },
};

/** Rewrites `import { a } from "@dativo/x"` to import from the file that declares `a`, and `z` to a namespace that can be shaken. */
function directImports(code) {
  return code
    .replace(/^import \{ z \} from "zod";$/gm, 'import * as z from "zod";')
    .replace(/^import \{ ([^}]+) \} from "(@dativo\/[\w-]+)";$/gm, (_statement, names, name) =>
      names
        .split(", ")
        .map((specifier) => {
          const [imported, local = imported] = specifier.split(" as ");
          const declared = exportsOf(name).get(imported);
          return `import { ${declared.name} as ${local} } from ${JSON.stringify(declared.file)};`;
        })
        .join("\n"),
    );
}

const knownExports = new Map();

/** Where each export of a workspace package is declared; an index is a named list. */
function exportsOf(name) {
  let found = knownExports.get(name);
  if (found !== undefined) return found;
  found = new Map();
  const index = resolve(name);
  for (const [, names, file] of readFileSync(index, "utf8").matchAll(
    /^export \{ ([^}]+) \} from "([^"]+)";$/gm,
  ))
    for (const specifier of names.split(/,\s*/).filter((part) => part !== "")) {
      const [declared, exported = declared] = specifier.trim().split(" as ");
      found.set(
        exported,
        file.startsWith(".")
          ? { name: declared, file: join(dirname(index), file) }
          : exportsOf(file).get(declared),
      );
    }
  knownExports.set(name, found);
  return found;
}

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
    { in: join(root, "src/worker.ts"), out: "worker" },
    ...SHARED.map(({ file }) => ({ in: join(root, "src/shared", file), out: sharedName(file) })),
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
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  external,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "linked",
  plugins: [prepared, lateLocales],
  metafile: true,
  logLevel: "warning",
  logOverride: { "import-is-undefined": "error" },
  write: false,
});

await mkdir(out, { recursive: true });
// Chunks first and the entries that name them last, so that a command started meanwhile finds what it names.
const isChunk = (path) => basename(path).startsWith("chunk-");
const files = [...result.outputFiles].sort((a, b) => Number(isChunk(b.path)) - Number(isChunk(a.path)));
for (const file of files) await writeFile(file.path, file.contents);
// Chunks of a minute ago may be those of a build that runs beside this one.
const current = new Set(files.map(({ path }) => basename(path)));
for (const name of await readdir(out)) {
  const path = join(out, name);
  if (isChunk(name) && !current.has(name) && Date.now() - (await stat(path)).mtimeMs > 60_000)
    await rm(path, { force: true });
}
await chmod(join(out, "bin.js"), 0o755);
for (const entry of processEntries) {
  const stub = join(out, entry.stub);
  await mkdir(dirname(stub), { recursive: true });
  await writeFile(
    stub,
    `import "${relative(dirname(stub), join(out, `${entry.out}.js`)).replaceAll(sep, "/")}";\n`,
  );
}
const shared = SHARED.map(({ name, file }) => ({
  ...sharedPackage(name, resolve(name)),
  file: `./${sharedName(file)}.js`,
}));
await writeFile(join(out, "shared-packages.json"), JSON.stringify(shared));
for (const { name, folder } of DATA_FOLDERS) {
  const room = join(dirname(resolve(name)), "..");
  const target = join(out, folder);
  await rm(target, { recursive: true, force: true });
  await cp(join(room, folder), target, {
    recursive: true,
    filter: (path) => basename(path) !== "__pycache__",
  });
}
if (process.argv.includes("--meta")) await writeFile(join(out, "meta.json"), JSON.stringify(result.metafile));
