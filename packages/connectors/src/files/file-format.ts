/** The formats that files are read and written in. */
export const FILE_FORMATS = ["csv", "jsonl", "json", "parquet", "arrow"] as const;

/** A format that files are read and written in. */
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Compressions of a whole file, as opposed to those inside a Parquet file. */
export const FILE_COMPRESSIONS = ["none", "gzip", "zstd"] as const;

/** A compression of a whole file. */
export type FileCompression = (typeof FILE_COMPRESSIONS)[number];

const COMPRESSION_SUFFIXES: readonly (readonly [suffix: string, compression: FileCompression])[] = [
  [".gz", "gzip"],
  [".zst", "zstd"],
];

/**
 * The compression that a path's suffix stands for.
 *
 * @example
 * compressionOf("people.csv.gz") // "gzip"
 */
export function compressionOf(path: string): FileCompression {
  const lower = path.toLowerCase();
  return COMPRESSION_SUFFIXES.find(([suffix]) => lower.endsWith(suffix))?.[1] ?? "none";
}

/** The suffix that a compression adds to a file's name. */
export function compressionSuffix(compression: FileCompression): string {
  return COMPRESSION_SUFFIXES.find(([, known]) => known === compression)?.[0] ?? "";
}

/**
 * The name of a file without folder, format suffix and compression suffix.
 *
 * @example
 * fileStem("/in/people.csv.gz") // "people"
 */
export function fileStem(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? path;
  const { length } = compressionSuffix(compressionOf(name));
  const bare = length > 0 ? name.slice(0, -length) : name;
  const dot = bare.lastIndexOf(".");
  return dot > 0 ? bare.slice(0, dot) : bare;
}
