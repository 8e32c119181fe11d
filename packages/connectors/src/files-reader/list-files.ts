import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { nearestNames } from "@dativo/protocol";
import { DativoError } from "@dativo/sdk";
import { glob, isDynamicPattern } from "tinyglobby";

/** A file as it was found. */
export interface FoundFile {
  /** Absolute path. */
  readonly path: string;
  /** Path from the base folder, with `/` between folders; what positions and errors name it by. */
  readonly name: string;
  readonly size: number;
  /** Last change, in milliseconds since the epoch. */
  readonly mtimeMs: number;
}

/**
 * Finds the files that a path or glob names, sorted by name.
 *
 * A path that exists is taken as it is, even when it holds characters that mean something in a glob.
 *
 * @param suffixes file name endings to take from a folder, such as `.csv`
 * @throws DativoError `SOURCE_UNREADABLE` when nothing matches, or a folder cannot be listed
 */
export async function listFiles(
  base: string,
  pattern: string,
  options: { readonly suffixes: readonly string[]; readonly allowEmpty: boolean },
): Promise<FoundFile[]> {
  const absolute = isAbsolute(pattern) ? pattern : join(base, pattern);
  const literal = await stat(absolute).catch(() => undefined);
  if (literal?.isFile()) return [found(base, absolute, literal)];
  const paths = literal?.isDirectory()
    ? (await matching("**/*", absolute)).filter((path) =>
        options.suffixes.some((suffix) => path.toLowerCase().endsWith(suffix)),
      )
    : isDynamicPattern(pattern)
      ? await matching(slashed(pattern), base)
      : [];
  const files = await Promise.all(paths.map(async (path) => found(base, path, await stat(path))));
  if (files.length === 0 && !options.allowEmpty)
    throw await nothingFound(base, pattern, absolute, literal?.isDirectory() ?? false);
  return files.sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
}

async function matching(pattern: string, cwd: string): Promise<string[]> {
  try {
    return await glob(pattern, {
      cwd,
      absolute: true,
      onlyFiles: true,
      expandDirectories: false,
      dot: false,
    });
  } catch (cause) {
    throw new DativoError({
      code: "SOURCE_UNREADABLE",
      message: `The folder ${cwd} cannot be listed: ${(cause as Error).message}`,
      cause,
    });
  }
}

function found(base: string, path: string, { size, mtimeMs }: { size: number; mtimeMs: number }): FoundFile {
  const inside = relative(base, path);
  const name = inside.startsWith("..") || isAbsolute(inside) ? resolve(path) : inside;
  return { path: resolve(path), name: slashed(name), size, mtimeMs };
}

function slashed(path: string): string {
  return sep === "\\" ? path.replaceAll("\\", "/") : path;
}

async function nothingFound(
  base: string,
  pattern: string,
  absolute: string,
  folder: boolean,
): Promise<DativoError> {
  if (folder) {
    const message = `The folder ${absolute} holds no file of this format.`;
    return new DativoError({
      code: "SOURCE_UNREADABLE",
      message,
      hint: "Name the files with a glob, or set allow_empty: true.",
    });
  }
  const link = await lstat(absolute).catch(() => undefined);
  if (link?.isSymbolicLink()) {
    const target = await realpath(absolute).catch(() => "nothing that exists");
    return new DativoError({ code: "SOURCE_UNREADABLE", message: `${absolute} is a link to ${target}.` });
  }
  const nearest = await nearestHint(absolute);
  const what = isDynamicPattern(pattern)
    ? `No file matches ${pattern} in ${base}.`
    : `There is no file ${absolute}.`;
  return new DativoError({
    code: "SOURCE_UNREADABLE",
    message: what,
    hint: `${nearest} Relative paths start at ${base}; set allow_empty: true when there may be none.`.trim(),
    details: { pattern, base },
  });
}

/** Says what the nearest existing folder above the path holds instead. */
async function nearestHint(absolute: string): Promise<string> {
  let wanted = absolute;
  let folder = dirname(absolute);
  for (;;) {
    const names = await readdir(folder).catch(() => undefined);
    if (names !== undefined) {
      const near = nearestNames(basename(wanted), names);
      const shown = near.length > 0 ? near : names.sort().slice(0, 5);
      if (shown.length === 0) return `The folder ${folder} is empty.`;
      return near.length > 0
        ? `Did you mean ${shown.join(" or ")} in ${folder}?`
        : `The folder ${folder} holds ${shown.join(", ")}${names.length > 5 ? " …" : ""}.`;
    }
    if (dirname(folder) === folder) return "";
    wanted = folder;
    folder = dirname(folder);
  }
}
