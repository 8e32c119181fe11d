import { createHash } from "node:crypto";
import { type Zippable, zipSync } from "fflate";
import type { PackageFile } from "./function-host.js";

/** An archive, and what is said of it. */
export interface Archive {
  readonly zip: Uint8Array;
  /** SHA-256 of the archive, in hex. */
  readonly sha256: string;
  /** Bytes of all entries, unpacked. */
  readonly unpackedBytes: number;
}

/** The first moment that an archive can name; archives have no time zones, so it is given in the local one. */
const FIRST_MOMENT = new Date(1980, 0, 1, 0, 0, 0);

const UNIX = 3;
const REGULAR_FILE = 0o100000;

/**
 * Archives files so that the same files give the same bytes, whatever their order, on any machine and Node: entries
 * are sorted, times fixed, and the packer is JavaScript rather than the zlib of the process.
 *
 * @example
 * const { sha256 } = archive([{ path: "index.mjs", contents: new TextEncoder().encode("…") }]);
 */
export function archive(files: readonly PackageFile[]): Archive {
  const entries: Zippable = {};
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, contents, executable } of sorted)
    entries[path] = [
      contents,
      {
        level: 6,
        mtime: FIRST_MOMENT,
        os: UNIX,
        attrs: (REGULAR_FILE | (executable === true ? 0o755 : 0o644)) << 16,
      },
    ];
  const zip = zipSync(entries);
  return {
    zip,
    sha256: createHash("sha256").update(zip).digest("hex"),
    unpackedBytes: sorted.reduce((sum, { contents }) => sum + contents.length, 0),
  };
}
