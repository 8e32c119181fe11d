import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DativoError } from "@dativo/protocol";
import { fileError, isMissing } from "./file-error.js";
import { jobFileName } from "./job-file-name.js";
import { isAlive, type LockOwner, restoreOwner, storeOwner, thisMachine, thisProcess } from "./lock-owner.js";

/** How often an owner shows that it is there. */
const HEARTBEAT_SECONDS = 2;

/** Silence after which the owner on another machine is taken for dead. */
const STALE_SECONDS = 30;

/** How often a free lock may be snatched away before `acquire` gives up. */
const MOST_ATTEMPTS = 100;

/**
 * One run of a job at a time.
 *
 * The lock of a job is a numbered file, and its owner is whoever made the file of the highest number. A new owner
 * makes the next number, with an operation that succeeds for one process only, and only once the file before it
 * was released or its owner is dead; so two processes that find the same dead owner cannot both win, and no
 * process ever removes a lock that another still holds. A file is removed only after one of a higher number exists.
 *
 * An owner on this machine is dead when its process is; one on another machine when it has been silent for 30
 * seconds.
 *
 * @example
 * await using lock = await RunLock.acquire({ stateDir: job.stateDir, jobKey: job.key });
 */
export class RunLock implements AsyncDisposable {
  private readonly lossController = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private released = false;
  private beating: Promise<void> | undefined;

  private constructor(
    /** Who this process is to others. */
    readonly owner: LockOwner,
    private readonly file: string,
    private readonly stem: string,
  ) {
    this.timer = setInterval(() => {
      this.beating ??= this.beat().finally(() => {
        this.beating = undefined;
      });
    }, HEARTBEAT_SECONDS * 1000);
    this.timer.unref();
  }

  /**
   * Takes the lock of a job.
   *
   * @throws DativoError `JOB_LOCKED` naming process, host and since when; `TARGET_FULL`, `TARGET_UNWRITABLE`
   */
  static async acquire(options: {
    readonly stateDir: string;
    readonly jobKey: string;
    readonly runId?: string;
  }): Promise<RunLock> {
    const folder = join(options.stateDir, "locks");
    const stem = join(folder, jobFileName(options.jobKey));
    const owner = thisProcess(randomUUID(), options.runId);
    const temporary = `${stem}.${process.pid}-${owner.token}.tmp`;
    try {
      await mkdir(folder, { recursive: true });
      return new RunLock(owner, await takeNext(stem, temporary, storeOwner(owner, false)), stem);
    } catch (error) {
      throw fileError(error, folder, "lock the job in");
    } finally {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  /** Who holds the lock of a job, if anybody does. */
  static async holder(options: {
    readonly stateDir: string;
    readonly jobKey: string;
  }): Promise<LockOwner | undefined> {
    const stem = join(options.stateDir, "locks", jobFileName(options.jobKey));
    const highest = await highestNumber(stem);
    if (highest === 0) return undefined;
    const lock = await readLock(lockFile(stem, highest));
    return lock === undefined || lock.owner === undefined || isFree(lock, Date.now())
      ? undefined
      : lock.owner;
  }

  /** Aborted, with a `JOB_LOCKED` error as its reason, when another process has taken the lock. */
  get lost(): AbortSignal {
    return this.lossController.signal;
  }

  /**
   * Makes sure that the lock is still held; ask before anything that another run must not do at the same time.
   *
   * @throws DativoError `JOB_LOCKED` when another process has taken it
   */
  async verify(): Promise<void> {
    if (!this.lost.aborted && (await highestNumber(this.stem)) !== numberOf(this.file, this.stem))
      this.lossController.abort(lostError(this.owner));
    this.lost.throwIfAborted();
  }

  /** Lets the next run have the lock. */
  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    clearInterval(this.timer);
    await this.beating;
    if (this.lost.aborted) return;
    const temporary = `${this.file}.${this.owner.token}.tmp`;
    try {
      await writeFile(temporary, storeOwner(this.owner, true), { flag: "wx" });
      await rename(temporary, this.file);
    } catch {
      // Not released in writing, then; the next run sees that this process has ended.
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** Writes the file again as it is, so that its time shows that this process lives. */
  private async beat(): Promise<void> {
    try {
      const handle = await open(this.file, "r+");
      try {
        await handle.write(storeOwner(this.owner, false), 0);
      } finally {
        await handle.close();
      }
    } catch {
      // A failed heartbeat is no loss yet; whether another process has taken over is what verify() finds out.
    }
    try {
      await this.verify();
    } catch {
      // The signal tells of the loss; a folder that cannot be listed for a moment is none.
    }
  }
}

/** Makes the file of the next number, once the highest one is free. */
async function takeNext(stem: string, temporary: string, content: string): Promise<string> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const highest = await highestNumber(stem);
    if (highest > 0) {
      const lock = await readLock(lockFile(stem, highest));
      if (lock === undefined) continue; // removed meanwhile: there is a higher one
      // Times are compared as the file system gives them, whatever the clocks of the machines say.
      await writeFile(temporary, content);
      if (!isFree(lock, (await stat(temporary)).mtimeMs))
        throw lockedError(lock.owner, lockFile(stem, highest));
    }
    const file = lockFile(stem, highest + 1);
    await writeFile(temporary, content);
    if (!(await makeExclusively(temporary, file, content))) continue;
    // A number that was removed can be made again; then there is a higher one, whose owner came first.
    if ((await highestNumber(stem)) === highest + 1) {
      await removeBelow(stem, highest + 1);
      return file;
    }
    await rm(file, { force: true });
  }
  throw lockedError(undefined, stem);
}

/** Gives the owner's file its number; false when another process was first. */
async function makeExclusively(temporary: string, file: string, content: string): Promise<boolean> {
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "EOPNOTSUPP" && code !== "ENOSYS") throw error;
  }
  // A file system without links: others may see the file empty for a moment, and wait.
  try {
    await writeFile(file, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

interface FoundLock {
  /** Undefined when the file is not whole. */
  readonly owner: (LockOwner & { readonly released: boolean }) | undefined;
  readonly modifiedMs: number;
}

async function readLock(file: string): Promise<FoundLock | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    return { owner: restoreOwner(text), modifiedMs: mtimeMs };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isFree({ owner, modifiedMs }: FoundLock, nowMs: number): boolean {
  if (owner?.released) return true;
  if (owner !== undefined && owner.machine === thisMachine()) return !isAlive(owner);
  return nowMs - modifiedMs > STALE_SECONDS * 1000;
}

function lockFile(stem: string, number: number): string {
  return `${stem}.${number}.lock`;
}

function numberOf(file: string, stem: string): number {
  const found = /^\.(\d+)\.lock$/.exec(file.slice(stem.length));
  return found === null ? 0 : Number(found[1]);
}

async function numbers(stem: string): Promise<readonly number[]> {
  const name = basename(stem);
  try {
    const files = await readdir(dirname(stem));
    return files
      .filter((file) => file.startsWith(`${name}.`))
      .map((file) => numberOf(file, name))
      .filter((number) => number > 0);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function highestNumber(stem: string): Promise<number> {
  return Math.max(0, ...(await numbers(stem)));
}

async function removeBelow(stem: string, number: number): Promise<void> {
  for (const lower of await numbers(stem))
    if (lower < number) await rm(lockFile(stem, lower), { force: true });
}

function lockedError(owner: LockOwner | undefined, file: string): DativoError {
  if (owner === undefined)
    return new DativoError({
      code: "JOB_LOCKED",
      message: "Another run of this job is just starting.",
      details: { file },
    });
  const { pid, host, since, runId } = owner;
  const here = owner.machine === thisMachine();
  return new DativoError({
    code: "JOB_LOCKED",
    message: `Another run of this job is under way: process ${pid} on ${host}, since ${since}${runId === undefined ? "" : ` (run ${runId})`}.`,
    hint: here
      ? `Wait for it, or end it with: kill ${pid}. The run after it goes on at the last checkpoint.`
      : `Wait for it, or end process ${pid} on ${host}; ${STALE_SECONDS} seconds after it has ended, the job can run here.`,
    details: { pid, host, since, file, ...(runId === undefined ? {} : { run_id: runId }) },
  });
}

function lostError(owner: LockOwner): DativoError {
  return new DativoError({
    code: "JOB_LOCKED",
    message: `Another process has taken this job over from process ${owner.pid} on ${owner.host}, which was silent for more than ${STALE_SECONDS} seconds.`,
    hint: "Nothing more was committed by this run. Wait for the other run; it goes on at the last checkpoint.",
    details: { pid: owner.pid, host: owner.host },
  });
}

export type { LockOwner } from "./lock-owner.js";
