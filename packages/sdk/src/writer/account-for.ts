import { DativoError, type FileMetadata } from "@dativo/protocol";

/**
 * Makes the record counts of a batch's files add up to the records that the batch had.
 *
 * Files that state no count share what the others leave: the first of them has it all.
 *
 * @throws DativoError `WRITER_MISCOUNTED` when the counts cannot add up
 */
export function accountFor(
  call: string,
  files: readonly FileMetadata[],
  recordCount: number,
): FileMetadata[] {
  const stated = files.reduce((sum, file) => sum + (file.record_count ?? 0), 0);
  let remainder = recordCount - stated;
  const counted = files.map((file) => {
    if (file.record_count !== undefined) return file;
    const share = Math.max(remainder, 0);
    remainder -= share;
    return { ...file, record_count: share };
  });
  if (remainder !== 0)
    throw new DativoError({
      code: "WRITER_MISCOUNTED",
      message: `${call} was given ${recordCount} records to store and reported ${stated} in ${files.length} ${files.length === 1 ? "file" : "files"}.`,
      details: { call, given: recordCount, reported: stated },
    });
  return counted;
}
