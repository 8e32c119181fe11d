import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nearestNames } from "@dativo/protocol";
import { configError, configIssue } from "./config-error.js";
import type { Place } from "./places.js";

/** Job and asset files are small; what is larger is something else. */
const LARGEST_FILE_BYTES = 10_000_000;

/** What names a file, for messages about it. */
export interface FileNamer {
  /** What the file is, such as `job file`. */
  readonly what: string;
  /** The file as the user named it. */
  readonly shown: string;
  /** Key that names the file, and where it stands. */
  readonly key?: string;
  readonly place?: Place;
}

/**
 * Reads a UTF-8 text file.
 *
 * @throws DativoError `CONFIG_NOT_FOUND` naming the nearest file names; `CONFIG_INVALID`, `CONFIG_SYNTAX`
 */
export function readTextFile(path: string, namer: FileNamer): string {
  const fail = (
    code: "CONFIG_NOT_FOUND" | "CONFIG_INVALID" | "CONFIG_SYNTAX",
    problem: string,
    hint: string,
    cause?: unknown,
  ): never => {
    const place = namer.place ?? { file: namer.shown };
    throw configError(
      [
        configIssue({
          code,
          ...place,
          ...(namer.key === undefined ? {} : { key: namer.key }),
          problem,
          hint,
        }),
      ],
      cause,
    );
  };
  let bytes: Uint8Array;
  try {
    const stat = statSync(path);
    if (stat.isDirectory())
      return fail("CONFIG_INVALID", `${namer.shown} is a folder, not a ${namer.what}.`, inFolderHint(path));
    if (stat.size > LARGEST_FILE_BYTES)
      return fail(
        "CONFIG_INVALID",
        `${namer.shown} has ${stat.size} bytes; a ${namer.what} is text of at most ${LARGEST_FILE_BYTES}.`,
        `Name the ${namer.what} itself.`,
      );
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    if (code === "ENOENT" || code === "ENOTDIR")
      return fail("CONFIG_NOT_FOUND", `There is no ${namer.what} ${namer.shown}.`, nearHint(path), error);
    return fail(
      "CONFIG_INVALID",
      `The ${namer.what} ${namer.shown} cannot be read (${code}).`,
      "Check its permissions.",
      error,
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    return fail(
      "CONFIG_SYNTAX",
      `${namer.shown} is ${utf16 ? "UTF-16 text" : "not UTF-8 text"}.`,
      "Save it as UTF-8.",
      error,
    );
  }
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function nearHint(path: string): string {
  const files = filesOf(dirname(path));
  const near = nearestNames(basename(path), files);
  if (near.length > 0) return `Did you mean ${near.map((name) => join(dirname(path), name)).join(" or ")}?`;
  const yaml = files.filter((name) => /\.ya?ml$/.test(name)).slice(0, 5);
  if (yaml.length > 0) return `In ${dirname(path)} there is: ${yaml.join(", ")}.`;
  return `Check the path; it was looked for at ${path}.`;
}

function inFolderHint(folder: string): string {
  const yaml = filesOf(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .slice(0, 5);
  return yaml.length > 0 ? `Name a file in it: ${yaml.join(", ")}.` : "Name a file.";
}
