import type { Json } from "@dativo/sdk";
import { DativoError } from "@dativo/sdk";
import type { FoundFile } from "./list-files.js";

/** What is remembered of a file. */
interface SeenFile {
  readonly size: number;
  readonly mtimeMs: number;
  /** Records of it that were handed over; absent once it was read to its end. */
  readonly records?: number;
}

/** Where reading a set of files stands: which were read, and how far into the current one. */
export class FilePosition {
  private constructor(private readonly seen: ReadonlyMap<string, SeenFile>) {}

  /** The position before the first file. */
  static readonly start = new FilePosition(new Map());

  /**
   * Reads a position that `toJson` wrote.
   *
   * @throws DativoError `STATE_CORRUPT` when it is something else
   */
  static from(state: Json | undefined): FilePosition {
    if (state === undefined || state === null) return FilePosition.start;
    const { version, files } = state as { version?: unknown; files?: unknown };
    if (version !== 1 || typeof files !== "object" || files === null)
      throw new DativoError({
        code: "STATE_CORRUPT",
        message: "The position of this object is not one of a file source.",
        hint: "Start the object over with dativo state reset.",
      });
    const seen = new Map<string, SeenFile>();
    for (const [name, entry] of Object.entries(files as Record<string, readonly (number | undefined)[]>)) {
      const [size = 0, mtimeMs = 0, records] = entry;
      seen.set(name, records === undefined ? { size, mtimeMs } : { size, mtimeMs, records });
    }
    return new FilePosition(seen);
  }

  /** How a file stands to this position; a file read half-way counts as changed when it is not the same any more. */
  status(
    file: FoundFile,
  ): { readonly kind: "new" | "done" | "changed" } | { readonly kind: "begun"; readonly records: number } {
    const known = this.seen.get(file.name);
    if (known === undefined) return { kind: "new" };
    if (known.size !== file.size || known.mtimeMs !== file.mtimeMs) return { kind: "changed" };
    return known.records === undefined ? { kind: "done" } : { kind: "begun", records: known.records };
  }

  /** The position after `records` records of a file, or after all of it. */
  after(file: FoundFile, records?: number): FilePosition {
    const { size, mtimeMs } = file;
    return new FilePosition(
      new Map(this.seen).set(
        file.name,
        records === undefined ? { size, mtimeMs } : { size, mtimeMs, records },
      ),
    );
  }

  toJson(): Json {
    const files = [...this.seen].sort(([left], [right]) => (left < right ? -1 : 1));
    return {
      version: 1,
      files: Object.fromEntries(
        files.map(([name, { size, mtimeMs, records }]) => [
          name,
          records === undefined ? [size, mtimeMs] : [size, mtimeMs, records],
        ]),
      ),
    };
  }
}
