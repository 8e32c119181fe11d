import { isAbsolute, relative } from "node:path";
import { DativoError, type FileMetadata } from "@dativo/sdk";
import type { FileLayout } from "./file-layout.js";

/** What is said of a staged file; `commit` gets it back. */
export interface StagedFile extends FileMetadata {
  /** Where it becomes visible. */
  readonly path: string;
  /** Where it waits for the commit. */
  readonly staged: string;
  readonly sizeBytes: number;
  readonly recordCount: number;
}

/**
 * Where a file that `commit` or `abort` is given was staged.
 *
 * @throws DativoError `ABI_VIOLATION` when it is none of this writer's, so that nothing else is ever moved or removed
 */
export function stagedPath(file: FileMetadata, layout: FileLayout): string {
  const staged = (file as Partial<StagedFile>).staged;
  if (typeof staged === "string" && isAbsolute(staged)) {
    const inside = relative(layout.parts, staged);
    if (inside !== "" && !inside.startsWith("..") && !isAbsolute(inside)) return staged;
  }
  throw new DativoError({
    code: "ABI_VIOLATION",
    message: `The file ${String(file.path)} was not staged by this writer for this object and run.`,
    hint: "Commit and abort only what write and flush returned.",
  });
}
