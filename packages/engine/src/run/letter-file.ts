import { open, rename, rm } from "node:fs/promises";
import type { Redactor } from "@dativo/protocol";
import { type DeadLetter, DeadLetters } from "../store/dead-letters.js";
import { fileError, isMissing } from "../store/file-error.js";
import { fileLines } from "../store/file-lines.js";

/** Says whether the commit that letters belong to was made. */
export type LetterFilter = (object: string, sequence: number) => boolean;

/**
 * The dead letters of a run while it is under way: appended in turn, and rid of letters whose records will be read
 * again because the commit they belong to was never made.
 */
export class LetterFile {
  private letters: DeadLetters | undefined;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    readonly file: string,
    private readonly redactor: Redactor,
  ) {}

  append(letters: readonly DeadLetter[]): Promise<void> {
    return this.inTurn(async () => (await this.opened()).append(letters));
  }

  /** Makes everything appended durable and returns the length of the file in bytes. */
  sync(): Promise<number> {
    return this.inTurn(async () => (this.letters === undefined ? 0 : this.letters.sync()));
  }

  /** Removes the letters that the filter does not keep. */
  discard(keep: LetterFilter): Promise<void> {
    return this.inTurn(async () => {
      await this.letters?.close();
      this.letters = undefined;
      await filterLetters(this.file, keep);
    });
  }

  close(): Promise<void> {
    return this.inTurn(async () => {
      await this.letters?.close();
      this.letters = undefined;
    });
  }

  private async opened(): Promise<DeadLetters> {
    this.letters ??= await DeadLetters.open(this.file, { redactor: this.redactor });
    return this.letters;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.tail.then(work);
    this.tail = done.catch(() => undefined);
    return done;
  }
}

async function filterLetters(file: string, keep: LetterFilter): Promise<void> {
  if (await everyLine(file, keep)) return;
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const output = await open(temporary, "w");
    try {
      for await (const { text, kept } of lines(file, keep)) if (kept) await output.write(`${text}\n`);
      await output.sync();
    } finally {
      await output.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError(error, file, "write");
  }
}

async function everyLine(file: string, keep: LetterFilter): Promise<boolean> {
  for await (const { kept } of lines(file, keep)) if (!kept) return false;
  return true;
}

async function* lines(
  file: string,
  keep: LetterFilter,
): AsyncGenerator<{ text: string; kept: boolean }, void> {
  try {
    for await (const text of fileLines(file)) yield { text, kept: isKept(text, keep) };
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** A line that a crash cut off belongs to no commit that was made. */
function isKept(text: string, keep: LetterFilter): boolean {
  try {
    const { object, sequence } = JSON.parse(text) as DeadLetter;
    return keep(object, sequence);
  } catch {
    return false;
  }
}
