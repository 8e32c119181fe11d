import { basename, isAbsolute, join, resolve } from "node:path";
import { DativoError, type SourceConfig } from "@dativo/sdk";
import { isDynamicPattern } from "tinyglobby";
import { compressionSuffix, FILE_COMPRESSIONS, type FileFormat, fileStem } from "../files/file-format.js";
import type { SourceFile } from "../scan/file-scanner.js";
import { type FileEntry, fileEntrySchema } from "./file-entry.js";
import { listFiles } from "./list-files.js";

/** File name endings by format, without those of compressions. */
const SUFFIXES: Readonly<Record<FileFormat, readonly string[]>> = {
  csv: [".csv", ".tsv", ".txt"],
  jsonl: [".jsonl", ".ndjson"],
  json: [".json", ".geojson"],
  parquet: [".parquet"],
  arrow: [".arrow", ".feather", ".ipc"],
};

/** The files of each object, in the order in which they are read. */
export type SourceObjects = ReadonlyMap<string, readonly SourceFile[]>;

/**
 * Finds the files of a source and sorts them into objects.
 *
 * @throws DativoError `CONFIGURATION_ERROR` for an entry that is not valid, `SOURCE_UNREADABLE` when nothing matches
 */
export async function findObjects(
  format: FileFormat,
  source: SourceConfig,
  projectRoot: string,
): Promise<SourceObjects> {
  const path = typeof source.connection.path === "string" ? source.connection.path : undefined;
  const base = resolve(projectRoot, source.files.length > 0 ? (path ?? ".") : ".");
  const entries =
    source.files.length > 0 ? readEntries(source) : [fileEntrySchema.parse({ path: path ?? missingPath() })];
  const suffixes = SUFFIXES[format].flatMap((suffix) =>
    FILE_COMPRESSIONS.map((compression) => suffix + compressionSuffix(compression)),
  );
  const objects = new Map<string, SourceFile[]>();
  for (const entry of entries) {
    const files = await listFiles(base, entry.path, { suffixes, allowEmpty: entry.allow_empty });
    for (const file of files) {
      const name = entry.object ?? defaultObject(base, entry.path, file.path);
      objects.set(name, [...(objects.get(name) ?? []), { file, entry }]);
    }
    if (files.length === 0 && entry.object !== undefined && !objects.has(entry.object))
      objects.set(entry.object, []);
  }
  return objects;
}

function readEntries(source: SourceConfig): FileEntry[] {
  const issues: string[] = [];
  const entries = source.files.map((written, index) => {
    const result = fileEntrySchema.safeParse(written);
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      issues.push(
        `  ${["source.files", ...issue.path].join(".").replace("source.files", `source.files[${index}]`)}: ${issue.message}`,
      );
    return undefined;
  });
  if (issues.length > 0)
    throw new DativoError({
      code: "CONFIGURATION_ERROR",
      message: `The files of the source cannot be read like this:\n${issues.join("\n")}`,
      details: { issues },
    });
  return entries.filter((entry) => entry !== undefined);
}

function missingPath(): never {
  throw new DativoError({
    code: "CONFIGURATION_ERROR",
    message: "The source names no file: expected source.files or source.connection.path.",
    hint: 'Add files: [{ path: "in/*.csv" }] to the source.',
  });
}

/** A file by itself is named by its stem; files of a glob by the folder before it; files of a folder by where they are in it. */
function defaultObject(base: string, pattern: string, file: string): string {
  const absolute = isAbsolute(pattern) ? pattern : join(base, pattern);
  if (resolve(absolute) === file) return fileStem(file);
  if (isDynamicPattern(pattern)) {
    const segments = absolute.split(/[\\/]/);
    const dynamic = segments.findIndex((segment) => isDynamicPattern(segment));
    return basename(segments.slice(0, dynamic).join("/")) || fileStem(file);
  }
  const inside = file.slice(resolve(absolute).length + 1).split(/[\\/]/);
  return inside.length > 1 ? (inside[0] as string) : fileStem(file);
}
