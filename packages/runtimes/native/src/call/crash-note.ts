import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** What a process that is gone was doing when it ended. */
export interface CrashNote {
  readonly plugin: string;
  /** The function of the library that had not returned. */
  readonly call: string;
  readonly file: string;
}

/** Folder of the notes, below the project. */
const FOLDER = [".dativo", "native"];

let last = 0;

/**
 * A note on disk of the native call that is under way, for the next run to read if this process does not survive it:
 * what a library does to the process it runs in, an abort above all, leaves no time to say anything.
 *
 * A project folder that cannot be written to has no notes.
 */
export class CallNote {
  /** The call that is under way, or `""`. */
  private current = "";
  /** The call that the file names, whether or not it is under way. */
  private noted = "";
  private size = 0;

  private constructor(
    private readonly path: string,
    private readonly fd: number,
    private readonly subject: Omit<CrashNote, "call">,
  ) {}

  static open(projectRoot: string, subject: Omit<CrashNote, "call">): CallNote | undefined {
    try {
      const folder = join(projectRoot, ...FOLDER);
      mkdirSync(folder, { recursive: true });
      last += 1;
      const path = join(folder, `${process.pid}-${last}.json`);
      return new CallNote(path, openSync(path, "w"), subject);
    } catch {
      return undefined;
    }
  }

  /** Notes the call that begins, or `""` for none. */
  write(call: string): void {
    if (call === this.current) return;
    this.current = call;
    // A note without its first brace is none: there are two writes a call, and each is of one byte.
    if (call === "" || call === this.noted) {
      writeSync(this.fd, call === "" ? " " : "{", 0);
      return;
    }
    const text = JSON.stringify({ ...this.subject, call }).padEnd(this.size);
    this.size = text.length;
    this.noted = call;
    writeSync(this.fd, text, 0);
  }

  close(): void {
    closeSync(this.fd);
    rmSync(this.path, { force: true });
  }
}

/** Takes the notes of processes that are gone, and removes them. */
export function takeCrashNotes(projectRoot: string): CrashNote[] {
  const folder = join(projectRoot, ...FOLDER);
  const notes: CrashNote[] = [];
  for (const name of namesIn(folder)) {
    const pid = Number(/^(\d+)-\d+\.json$/.exec(name)?.[1]);
    if (!Number.isInteger(pid) || isRunning(pid)) continue;
    const note = readNote(join(folder, name));
    if (note !== undefined) notes.push(note);
    rmSync(join(folder, name), { force: true });
  }
  return notes;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no native plugin has run here
  }
}

function readNote(path: string): CrashNote | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as CrashNote;
  } catch {
    return undefined; // between two calls the file is empty
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
