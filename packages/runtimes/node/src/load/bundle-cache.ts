import { randomBytes } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Bundle, bundlePlugin, type PackageSearch } from "./bundle.js";
import { type Fingerprint, fingerprint, hashOf } from "./fingerprint.js";

/** Version of the cache's layout and of how bundles are made; raised when either changes. */
const CACHE_FORMAT = 3;

/** Milliseconds for which a replaced bundle is kept, as another process may be about to import it. */
const KEEP_REPLACED_MS = 24 * 60 * 60 * 1000;

/** A bundle on disk. */
export interface CachedBundle {
  /** Absolute path of the module; another content has another path. */
  readonly path: string;
  readonly sources: readonly string[];
  /** Whether it was there, and nothing had to be built. */
  readonly warm: boolean;
}

interface CacheIndex {
  readonly format: number;
  readonly esbuild: string;
  readonly module: string;
  readonly sources: readonly string[];
  readonly fingerprints: readonly Fingerprint[];
}

/**
 * The bundle of a plugin, from `.dativo/cache/plugins` when everything it was made of is still the same.
 *
 * Any number of processes may do this at once. A cache that is damaged is made anew; one that cannot be written
 * is replaced by a temporary folder.
 *
 * @throws esbuild's `BuildFailure`
 */
export async function cachedBundle(
  entry: string,
  options: PackageSearch & { readonly projectRoot: string },
): Promise<CachedBundle> {
  const key = hashOf(JSON.stringify([entry, options.fallbackResolveFrom, options.shared])).slice(0, 12);
  const folder = join(options.projectRoot, ".dativo", "cache", "plugins", `${basename(entry)}-${key}`);
  const cached = readCache(folder);
  if (cached !== undefined) return cached;
  const bundle = await bundlePlugin(entry, options);
  try {
    return writeCache(folder, bundle);
  } catch {
    return writeCache(mkdtempSync(join(tmpdir(), "dativo-plugin-")), bundle);
  }
}

function readCache(folder: string): CachedBundle | undefined {
  try {
    const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as CacheIndex;
    if (index.format !== CACHE_FORMAT || index.esbuild !== esbuildVersion()) return undefined;
    const path = join(folder, index.module);
    if (`${hashOf(readFileSync(path))}.mjs` !== index.module) return undefined;
    const unchanged = index.fingerprints.every((known) => fingerprint(known.path).hash === known.hash);
    return unchanged ? { path, sources: index.sources, warm: true } : undefined;
  } catch {
    return undefined; // absent or damaged
  }
}

function writeCache(folder: string, bundle: Bundle): CachedBundle {
  mkdirSync(folder, { recursive: true });
  const module = `${hashOf(bundle.code)}.mjs`;
  const index: CacheIndex = {
    format: CACHE_FORMAT,
    esbuild: esbuildVersion(),
    module,
    sources: bundle.sources,
    fingerprints: bundle.fingerprints,
  };
  writeWhole(join(folder, module), bundle.code);
  writeWhole(join(folder, "index.json"), JSON.stringify(index));
  removeReplaced(folder, module);
  return { path: join(folder, module), sources: bundle.sources, warm: false };
}

/** Writes a file so that another process sees the old content or the new one, and nothing between. */
function writeWhole(path: string, content: string): void {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

function removeReplaced(folder: string, current: string): void {
  for (const name of readdirSync(folder)) {
    if (name === current || name === "index.json") continue;
    const path = join(folder, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > KEEP_REPLACED_MS) rmSync(path, { force: true });
  }
}

/** Version of the installed esbuild, read without loading it. */
function esbuildVersion(): string {
  try {
    const { version } = createRequire(import.meta.url)("esbuild/package.json") as { version: string };
    return version;
  } catch {
    return "";
  }
}
