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

/** Notes of calls that have returned, which are taken back when the event loop comes round. */
const returned = new Set<CallNote>();
let takesBackSoon = false;
let watchesExit = false;

/**
 * A note on disk of the native call that is under way, for the next run to read if this process does not survive it:
 * what a library does to the process it runs in, an abort above all, leaves no time to say anything.
 *
 * A project folder that cannot be written to has no notes, and a disk that is full has old ones.
 */
export class CallNote {
  /** Whether the file says that the noted call is under way. */
  private stands = false;
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

  /** Notes the call that begins. */
  begin(call: string): void {
    returned.delete(this);
    if (call !== this.noted) {
      const text = JSON.stringify({ ...this.subject, call }).padEnd(this.size);
      this.size = text.length;
      this.noted = call;
      this.put(text);
    } else if (!this.stands) this.put("{");
    this.stands = true;
  }

  /**
   * Notes that the call returned. A reader is asked again at once, and nothing is written for that: what is noted
   * stands until the event loop comes round, or the process ends.
   */
  end(): void {
    returned.add(this);
    if (!takesBackSoon) setImmediate(takeBackReturned);
    takesBackSoon = true;
    if (!watchesExit) process.on("exit", takeBackReturned);
    watchesExit = true;
  }

  /** A note without its first brace is none. */
  takeBack(): void {
    this.stands = false;
    this.put(" ");
  }

  close(): void {
    returned.delete(this);
    closeSync(this.fd);
    rmSync(this.path, { force: true });
  }

  private put(text: string): void {
    try {
      writeSync(this.fd, text, 0);
    } catch {
      // The call goes on; it is only not told of should it end the process.
    }
  }
}

function takeBackReturned(): void {
  takesBackSoon = false;
  for (const note of returned) note.takeBack();
  returned.clear();
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
