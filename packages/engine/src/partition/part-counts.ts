import { Journal, lastCommits } from "../store/journal.js";
import type { RunDirectory } from "../store/run-directory.js";

/** What parts of a run have committed so far, in numbers, by their journals. */
export async function partCounts(
  parts: readonly RunDirectory[],
): Promise<{ readonly commits: number; readonly records: number }> {
  let commits = 0;
  let records = 0;
  for (const { journalFile } of parts) {
    const journal = await Journal.read(journalFile);
    commits += journal.filter(({ type }) => type === "committed").length;
    for (const commit of lastCommits(journal).values()) records += commit.counts.read;
  }
  return { commits, records };
}
