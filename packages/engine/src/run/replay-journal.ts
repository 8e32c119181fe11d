import type { Json } from "@dativo/protocol";
import type { Journal, JournalRecord, PrepareRecord } from "../store/journal.js";
import type { RunDirectory } from "../store/run-directory.js";

/**
 * The journal of a replay: each commit says which letters it holds, and marks them as replayed once it is made. A
 * replay that dies in between is put right by `markCommitted` before the next one begins.
 */
export function replayJournal(
  journal: Journal,
  source: RunDirectory,
  accepted: (object: string, upTo: Json) => readonly number[],
): Pick<Journal, "append"> {
  return {
    append: async (record: JournalRecord) => {
      await journal.append(record.type === "prepare" ? withLetters(record, accepted) : record);
      if (record.type === "committed") await markCommitted(journal, source);
    },
  };
}

/** Marks the letters of every commit that was made as replayed, unless they are. */
export async function markCommitted(journal: Journal, source: RunDirectory): Promise<void> {
  const made = new Set(
    journal.records.flatMap((record) => (record.type === "committed" ? [record.token] : [])),
  );
  const replayed = await source.replayedLetters();
  for (const record of journal.records) {
    if (record.type !== "prepare" || !made.has(record.token)) continue;
    const letters = lettersOf(record).filter((number) => !replayed.has(number));
    if (letters.length > 0) await source.markReplayed({ token: record.token, letters });
  }
}

function withLetters(
  record: PrepareRecord,
  accepted: (object: string, upTo: Json) => readonly number[],
): PrepareRecord {
  const extra = record.extra as { readonly [key: string]: Json };
  return { ...record, extra: { ...extra, letters: accepted(record.object, record.state) } };
}

function lettersOf(record: PrepareRecord): readonly number[] {
  return (record.extra as { readonly letters?: readonly number[] } | undefined)?.letters ?? [];
}
