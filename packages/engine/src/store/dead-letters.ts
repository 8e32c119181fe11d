import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { DativoError, decodeRows, encodeRows, type Redactor } from "@dativo/protocol";
import { z } from "zod";
import { AppendFile } from "./append-file.js";
import { fileError, isMissing } from "./file-error.js";
import { fileLines } from "./file-lines.js";

/** A record that was set aside, and why. */
export interface DeadLetter {
  readonly object: string;
  /** Position of the record in its batch. */
  readonly index: number;
  readonly reason: string;
  /** Key path inside the record. */
  readonly path?: string;
  readonly expected?: string;
  readonly got?: string;
  /** The record, whole. */
  readonly record: unknown;
  /** Number of the commit it belongs to. */
  readonly sequence: number;
  /** Number of the batch within its object. */
  readonly batch: number;
}

/** A dead letter as read back, with its number: the position in the file, from 0. */
export type NumberedDeadLetter = DeadLetter & { readonly number: number };

const storedLetter = z.object({
  object: z.string(),
  index: z.int().min(0),
  reason: z.string(),
  path: z.string().optional(),
  expected: z.string().optional(),
  got: z.string().optional(),
  record: z.unknown(),
  sequence: z.int().min(0),
  batch: z.int().min(0),
});

/**
 * The append-only dead letters of one run, one JSON object a line; `record` is row JSON, which keeps big integers,
 * dates and bytes.
 *
 * Records are kept whole, because a replay needs them so; secrets of the job in them are replaced. The file is
 * made with the first letter. After a crash, `keepBytes` cuts off the letters whose commit was never prepared,
 * as their records are read again.
 */
export class DeadLetters implements AsyncDisposable {
  private output: AppendFile | undefined;
  private opening: Promise<AppendFile> | undefined;

  private constructor(
    /** Absolute path of the file. */
    readonly file: string,
    private readonly redactor: Redactor,
  ) {}

  /**
   * Opens the file for appending.
   *
   * @throws DativoError `JOURNAL_CORRUPT` when it is shorter than `keepBytes`, `TARGET_FULL`, `TARGET_UNWRITABLE`
   */
  static async open(
    file: string,
    options: { readonly redactor: Redactor; readonly keepBytes?: number },
  ): Promise<DeadLetters> {
    const letters = new DeadLetters(file, options.redactor);
    const size = await fileSize(file);
    const keep = options.keepBytes ?? size ?? 0;
    if ((size ?? 0) < keep)
      throw new DativoError({
        code: "JOURNAL_CORRUPT",
        message: `The dead letters ${file} hold ${size ?? 0} bytes, but ${keep} were made durable.`,
        hint: "Restore the file, or move the folder of that run away; what it had committed stays in the target and in the state.",
        details: { file, bytes: size ?? 0, expected_bytes: keep },
      });
    if (size !== undefined) letters.output = await AppendFile.open(file, keep);
    return letters;
  }

  /**
   * Letters of a file, oldest first; a missing file has none.
   *
   * @throws DativoError `JOURNAL_CORRUPT` naming file and line; an unfinished last line is left out
   */
  static async *read(file: string): AsyncGenerator<NumberedDeadLetter> {
    if (((await fileSize(file)) ?? 0) === 0) return;
    let number = 0;
    let held: string | undefined;
    for await (const line of fileLines(file)) {
      if (held !== undefined) yield decodeLetter(held, file, number++);
      held = line;
    }
    if (held === undefined) return;
    try {
      yield decodeLetter(held, file, number);
    } catch (error) {
      if (await endsWithLineBreak(file)) throw error;
    }
  }

  /** Length of the file. */
  get byteLength(): number {
    return this.output?.byteLength ?? 0;
  }

  /** Appends letters; durable after `sync`. */
  async append(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const lines = letters.map((letter) => `${encodeLetter(letter, this.redactor)}\n`).join("");
    this.opening ??= this.output === undefined ? AppendFile.open(this.file) : Promise.resolve(this.output);
    this.output = await this.opening;
    await this.output.append(new TextEncoder().encode(lines), { sync: false });
  }

  /** Makes everything appended durable; returns the length of the file in bytes. */
  async sync(): Promise<number> {
    await this.output?.sync();
    return this.byteLength;
  }

  async close(): Promise<void> {
    await this.output?.close();
    this.output = undefined;
    this.opening = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function encodeLetter({ record, ...rest }: DeadLetter, redactor: Redactor): string {
  // Through row JSON once, so that what is redacted is plain values and no instances of a plugin's classes.
  const [plain] = decodeRows(encodeRows([record]));
  const row = new TextDecoder().decode(encodeRows([redactor.value(plain)])).slice(1, -1);
  return `${JSON.stringify(redactor.value(rest)).slice(0, -1)},"record":${row}}`;
}

function decodeLetter(text: string, file: string, number: number): NumberedDeadLetter {
  try {
    const { record, path, expected, got, ...letter } = storedLetter.parse(JSON.parse(text));
    return {
      ...letter,
      ...(path === undefined ? {} : { path }),
      ...(expected === undefined ? {} : { expected }),
      ...(got === undefined ? {} : { got }),
      record: decodeRows(new TextEncoder().encode(JSON.stringify([record])))[0],
      number,
    };
  } catch (cause) {
    throw new DativoError({
      code: "JOURNAL_CORRUPT",
      message: `Line ${number + 1} of the dead letters ${file} cannot be read.`,
      hint: "Restore the file, or remove that line and replay the others.",
      details: { file, line: number + 1 },
      cause,
    });
  }
}

async function fileSize(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw fileError(error, file, "read");
  }
}

async function endsWithLineBreak(file: string): Promise<boolean> {
  const size = (await fileSize(file)) ?? 0;
  for await (const chunk of createReadStream(file, { start: Math.max(0, size - 1) }))
    return (chunk as Buffer).at(-1) === 0x0a;
  return false;
}
