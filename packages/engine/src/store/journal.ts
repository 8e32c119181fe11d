import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { DativoError } from "@dativo/protocol";
import { AppendFile } from "./append-file.js";
import { fileError, isMissing } from "./file-error.js";
import {
  type JournalRecord,
  type PrepareRecord,
  restoreRecord,
  type StoredJournalRecord,
  storeRecord,
} from "./journal-record.js";

/**
 * The append-only journal of one run: one JSON record a line, each with a checksum.
 *
 * A line that a crash left unfinished at the end is cut off; a line that cannot be read anywhere else means that
 * the file was damaged, and nothing is done with it.
 */
export class Journal implements AsyncDisposable {
  private constructor(
    private readonly output: AppendFile,
    private readonly all: StoredJournalRecord[],
  ) {}

  /**
   * Opens or creates a journal.
   *
   * @throws DativoError `JOURNAL_CORRUPT` naming file and line, `TARGET_FULL`, `TARGET_UNWRITABLE`
   */
  static async open(file: string): Promise<Journal> {
    const { records, byteLength } = await readJournal(file);
    return new Journal(await AppendFile.open(file, byteLength), records);
  }

  /** Reads a journal without changing it; a missing file is an empty journal. */
  static async read(file: string): Promise<readonly StoredJournalRecord[]> {
    return (await readJournal(file)).records;
  }

  /** Everything in the journal, oldest first. */
  get records(): readonly StoredJournalRecord[] {
    return this.all;
  }

  /** Appends a record; durable when it returns. */
  async append(record: JournalRecord): Promise<void> {
    const stored: StoredJournalRecord = { ...record, at: new Date().toISOString() };
    await this.output.append(encodeLine(stored), { sync: true });
    this.all.push(stored);
  }

  /** Commits that were prepared and neither committed nor aborted, oldest first. */
  openCommits(): readonly PrepareRecord[] {
    return openCommits(this.all);
  }

  /** The last commit that was made of each object. */
  lastCommits(): ReadonlyMap<string, PrepareRecord> {
    return lastCommits(this.all);
  }

  /** Objects that were read to their end. */
  finishedObjects(): ReadonlySet<string> {
    return new Set(this.all.flatMap((record) => (record.type === "object_done" ? [record.object] : [])));
  }

  /** How the run finished; undefined while it is under way, was killed, or was taken up again. */
  status(): string | undefined {
    return runStatus(this.all);
  }

  async close(): Promise<void> {
    await this.output.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Commits of a journal that were prepared and neither committed nor aborted, oldest first. */
export function openCommits(records: readonly StoredJournalRecord[]): readonly PrepareRecord[] {
  const open = new Map<string, PrepareRecord>();
  for (const record of records) {
    if (record.type === "prepare") {
      open.delete(record.token);
      open.set(record.token, record);
    } else if (record.type === "committed" || record.type === "aborted") open.delete(record.token);
  }
  return [...open.values()];
}

/** The last commit of each object that a journal says was made. */
export function lastCommits(records: readonly StoredJournalRecord[]): ReadonlyMap<string, PrepareRecord> {
  const prepared = new Map<string, PrepareRecord>();
  const last = new Map<string, PrepareRecord>();
  for (const record of records) {
    if (record.type === "prepare") prepared.set(record.token, record);
    if (record.type !== "committed") continue;
    const commit = prepared.get(record.token);
    if (commit !== undefined) last.set(commit.object, commit);
  }
  return last;
}

/** How the run of a journal finished; undefined while it is under way, was killed, or was taken up again. */
export function runStatus(records: readonly StoredJournalRecord[]): string | undefined {
  const last = records.findLast((record) => record.type === "run_finished" || record.type === "resumed");
  return last?.type === "run_finished" ? last.status : undefined;
}

const CHECKSUM = /,"crc":"([0-9a-f]{8})"\}$/;

/** `{…,"crc":"…"}` and a line break: the checksum covers the text before it. */
function encodeLine(record: StoredJournalRecord): Uint8Array {
  const text = JSON.stringify(storeRecord(record)).slice(0, -1);
  return new TextEncoder().encode(`${text},"crc":"${crcText(text)}"}\n`);
}

function crcText(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}

async function readJournal(file: string): Promise<{ records: StoredJournalRecord[]; byteLength: number }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (isMissing(error)) return { records: [], byteLength: 0 };
    throw fileError(error, file, "read");
  }
  const records: StoredJournalRecord[] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start);
    // After a power failure the end of a file may also be zeros that were never filled in.
    if (end < 0 || (end === bytes.length - 1 && bytes.subarray(start, end).includes(0))) break;
    records.push(decodeLine(bytes.subarray(start, end).toString("utf8"), file, records.length + 1));
    start = end + 1;
  }
  return { records, byteLength: start };
}

function decodeLine(text: string, file: string, line: number): StoredJournalRecord {
  try {
    const found = CHECKSUM.exec(text);
    if (found === null) throw new Error("it has no checksum");
    if (crcText(text.slice(0, found.index)) !== found[1]) throw new Error("its checksum does not fit");
    return restoreRecord(JSON.parse(text));
  } catch (cause) {
    throw new DativoError({
      code: "JOURNAL_CORRUPT",
      message: `Line ${line} of the journal ${file} cannot be read.`,
      hint: "Restore the file, or move the folder of that run away; what it had committed stays in the target and in the state.",
      details: { file, line },
      cause,
    });
  }
}

export type { JournalRecord, PrepareRecord, RecordCounts, StoredJournalRecord } from "./journal-record.js";
