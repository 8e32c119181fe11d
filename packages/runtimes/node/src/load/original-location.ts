import { readFileSync } from "node:fs";
import { dirname, extname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin as EsbuildPlugin, Loader } from "esbuild";
import { type Fingerprint, hashOf } from "./fingerprint.js";

const NAMESPACE = "dativo-original-location";

/** What a bundle's modules know of their own location, and the names that stand for it inside the bundle. */
export const LOCATION_DEFINES = {
  "import.meta.url": "__dativo_url",
  "import.meta.filename": "__dativo_filename",
  "import.meta.dirname": "__dativo_dirname",
  "import.meta.resolve": "__dativo_resolve",
  __filename: "__dativo_filename",
  __dirname: "__dativo_dirname",
} as const;

const MENTIONS_LOCATION = /\bimport\.meta\b|\b__(?:dir|file)name\b/;
const IS_MODULE = /^\s*(?:import|export)\b/m;

/** Expressions, in JavaScript, for where a file lies. */
export interface LocationText {
  readonly url: string;
  readonly filename: string;
  readonly folder: string;
}

/**
 * Lets `import.meta.url`, `__dirname` and the like mean the original file, although the bundle lies elsewhere.
 *
 * `locate` says how a bundle writes where a file lies. By default, as the absolute path it has now.
 */
export function originalLocation(
  onInput: (input: Fingerprint) => void,
  locate: (path: string) => LocationText = absoluteLocation,
): EsbuildPlugin {
  return {
    name: NAMESPACE,
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        onInput({ path, hash: hashOf(text) });
        return {
          contents: MENTIONS_LOCATION.test(text) ? withLocation(text, path, locate(path)) : text,
          loader: loaderOf(path),
        };
      });
      build.onResolve({ filter: new RegExp(`^${NAMESPACE}:`) }, ({ path }) => ({
        path: path.slice(NAMESPACE.length + 1),
        namespace: NAMESPACE,
      }));
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: moduleFor(locate(path)),
        loader: "js",
      }));
    },
  };
}

/** Imports are hoisted: added at the end, one leaves every position of the source as it is. */
function withLocation(text: string, path: string, { filename, folder }: LocationText): string {
  if (IS_MODULE.test(text)) {
    const names = [...new Set(Object.values(LOCATION_DEFINES))].join(", ");
    return `${text}\nimport { ${names} } from ${JSON.stringify(`${NAMESPACE}:${path}`)};\n`;
  }
  // A CommonJS file must not become a module by an import.
  return `var __dativo_filename = ${filename}, __dativo_dirname = ${folder}; ${text.replace(/^#!.*/, "")}`;
}

function moduleFor({ filename, folder, url }: LocationText): string {
  return `
    import { createRequire } from "node:module";
    import { pathToFileURL } from "node:url";
    export const __dativo_url = ${url}, __dativo_filename = ${filename}, __dativo_dirname = ${folder};
    export const __dativo_resolve = (specifier) => /^\\.{0,2}\\//.test(specifier)
      ? new URL(specifier, __dativo_url).href
      : pathToFileURL(createRequire(__dativo_url).resolve(specifier)).href;`;
}

function absoluteLocation(path: string): LocationText {
  return {
    url: JSON.stringify(pathToFileURL(path).href),
    filename: JSON.stringify(path),
    folder: JSON.stringify(dirname(path)),
  };
}

function loaderOf(path: string): Loader {
  const suffix = extname(path).replace(/^\.[cm]/, ".");
  return suffix.slice(1) as "js" | "jsx" | "ts" | "tsx";
}
