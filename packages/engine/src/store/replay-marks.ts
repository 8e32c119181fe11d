import { readFile } from "node:fs/promises";
import { AppendFile } from "./append-file.js";
import { fileError, isMissing } from "./file-error.js";

/** Letters that one commit of a replay has written to the target. */
export interface ReplayMark {
  /** Token of that commit. */
  readonly token: string;
  /** Numbers of the letters in the dead-letter file of the run they come from. */
  readonly letters: readonly number[];
}

/** Marks of a run, oldest first; a torn last line was never durable and is left out. */
export async function readReplayMarks(file: string): Promise<readonly ReplayMark[]> {
  return (await readMarks(file)).marks;
}

/** Appends a mark; durable when it returns. */
export async function appendReplayMark(file: string, mark: ReplayMark): Promise<void> {
  const { byteLength } = await readMarks(file);
  const output = await AppendFile.open(file, byteLength);
  try {
    await output.append(new TextEncoder().encode(`${JSON.stringify(mark)}\n`), { sync: true });
  } finally {
    await output.close();
  }
}

async function readMarks(file: string): Promise<{ marks: readonly ReplayMark[]; byteLength: number }> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return { marks: [], byteLength: 0 };
    throw fileError(error, file, "read");
  }
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const marks = whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ReplayMark);
  return { marks, byteLength: Buffer.byteLength(whole) };
}
