import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DativoError, isDativoError, type Json, nearestNames } from "@dativo/protocol";
import { DeadLetters } from "./dead-letters.js";
import { replaceFile, syncFolder } from "./durable-file.js";
import { fileError, isMissing } from "./file-error.js";
import { Journal, runStatus } from "./journal.js";
import { appendReplayMark, type ReplayMark, readReplayMarks } from "./replay-marks.js";

/** What is known of a run without reading its report. */
export interface RunSummary {
  readonly id: string;
  readonly directory: string;
  /** Key of the job. */
  readonly job?: string;
  readonly kind?: string;
  readonly startedAt?: string;
  /** Absent while the run is under way or was killed; `unreadable` when its journal is damaged. */
  readonly status?: string;
  readonly deadLetterBytes: number;
}

/** Statuses after which nothing of a run is left to be done. */
export const FINISHED: ReadonlySet<string> = new Set(["succeeded", "finished_with_rejects"]);

/** Runs that are kept when nothing else is said. */
const RUNS_KEPT = 50;

/** The folder of one run: `runs/<id>` with its journal, report, dead letters and log. */
export class RunDirectory {
  private constructor(
    /** Such as `2026-11-22T06-40-11-482Z-7c41b0`. */
    readonly id: string,
    /** Absolute. */
    readonly path: string,
  ) {}

  get reportFile(): string {
    return join(this.path, "report.json");
  }
  get deadLettersFile(): string {
    return join(this.path, "dead-letters.jsonl");
  }
  get logFile(): string {
    return join(this.path, "log.jsonl");
  }
  get journalFile(): string {
    return join(this.path, "journal.jsonl");
  }
  get replayMarksFile(): string {
    return join(this.path, "replayed.jsonl");
  }

  /**
   * Makes the folder of a new run. Its id begins with the moment it starts at, so that ids sort by age, and ends with
   * random digits: writers name files and commits for the run, and two projects may write to one target.
   *
   * @throws DativoError `TARGET_FULL`, `TARGET_UNWRITABLE`
   */
  static async create(stateDir: string, now: Date = new Date()): Promise<RunDirectory> {
    const runs = join(stateDir, "runs");
    const id = `${now.toISOString().replaceAll(/[:.]/g, "-")}-${randomBytes(3).toString("hex")}`;
    try {
      await mkdir(runs, { recursive: true });
      await ignoreInGit(stateDir);
      await mkdir(join(runs, id));
      await syncFolder(runs);
      return new RunDirectory(id, join(runs, id));
    } catch (error) {
      throw fileError(error, runs, "make a folder in");
    }
  }

  /** The folder of one part of this run, which has a journal, dead letters and a report of its own. */
  part(name: string): RunDirectory {
    return new RunDirectory(`${this.id}.${name}`, join(this.path, "partitions", name));
  }

  /** Makes the folder of a part, durably. */
  async make(): Promise<void> {
    const parts = dirname(this.path);
    try {
      await mkdir(this.path, { recursive: true });
      await syncFolder(parts);
      await syncFolder(dirname(parts));
    } catch (error) {
      throw fileError(error, parts, "make a folder in");
    }
  }

  /**
   * Opens a run by its id, or by as much of its beginning as no other run shares.
   *
   * @throws DativoError `RUN_NOT_FOUND` naming the nearest
   */
  static async open(stateDir: string, id: string): Promise<RunDirectory> {
    const ids = await runIds(stateDir);
    const [found, ...others] = id === "" ? [] : ids.filter((known) => known.startsWith(id));
    if (found !== undefined && others.length === 0)
      return new RunDirectory(found, join(stateDir, "runs", found));
    const near = found === undefined ? nearestNames(id, ids) : [found, ...others].slice(0, 3);
    const known =
      near.length > 0
        ? `Did you mean ${near.join(" or ")}?`
        : ids.length > 0
          ? `The latest runs: ${ids.slice(0, 3).join(", ")}.`
          : "Nothing has been run yet.";
    throw new DativoError({
      code: "RUN_NOT_FOUND",
      message: `There is no run ${JSON.stringify(id)} in ${join(stateDir, "runs")}.`,
      hint: known,
      details: { id },
    });
  }

  /** Runs of all jobs, newest first. */
  static async list(stateDir: string): Promise<readonly RunSummary[]> {
    return Promise.all(
      (await runIds(stateDir)).map((id) => new RunDirectory(id, join(stateDir, "runs", id)).summary()),
    );
  }

  /** The newest run of a job (replays aside), when it did not come to an end: what a new run takes up again. */
  static async latestUnfinished(stateDir: string, jobKey: string): Promise<RunDirectory | undefined> {
    const newest = await RunDirectory.newest(stateDir, jobKey);
    const status = newest?.summary.status;
    return status !== undefined && FINISHED.has(status) ? undefined : newest?.run;
  }

  /** The newest run of a job, replays aside. */
  static async latest(stateDir: string, jobKey: string): Promise<RunDirectory | undefined> {
    return (await RunDirectory.newest(stateDir, jobKey))?.run;
  }

  private static async newest(stateDir: string, jobKey: string) {
    for (const id of await runIds(stateDir)) {
      const run = new RunDirectory(id, join(stateDir, "runs", id));
      const summary = await run.summary();
      if (summary.job === jobKey && summary.kind !== "replay") return { run, summary };
    }
    return undefined;
  }

  /**
   * Removes old runs; never one that a later run may take up again, or whose dead letters were not all replayed.
   *
   * Returns the ids removed.
   */
  static async prune(stateDir: string, options: { readonly keep?: number } = {}): Promise<readonly string[]> {
    const removed: string[] = [];
    const seenJobs = new Set<string>();
    for (const [index, summary] of (await RunDirectory.list(stateDir)).entries()) {
      const { id, job, kind, status } = summary;
      const latestOfJob = job !== undefined && kind !== "replay" && !seenJobs.has(job);
      if (job !== undefined && kind !== "replay") seenJobs.add(job);
      if (index < (options.keep ?? RUNS_KEPT)) continue;
      const done = status !== undefined && FINISHED.has(status);
      // An unfinished run with a later one of its job was taken up or left behind by that.
      if (status === "unreadable" || job === undefined || (!done && (latestOfJob || kind === "replay")))
        continue;
      const run = new RunDirectory(id, summary.directory);
      if (summary.deadLetterBytes > 0 && !(await run.isReplayed())) continue;
      await rm(run.path, { recursive: true, force: true });
      removed.push(id);
    }
    return removed;
  }

  /** What is known of this run without reading its report. */
  async summary(): Promise<RunSummary> {
    const base = { id: this.id, directory: this.path, deadLetterBytes: await sizeOf(this.deadLettersFile) };
    try {
      const records = await Journal.read(this.journalFile);
      const start = records.find((record) => record.type === "run_started");
      const status = runStatus(records);
      return {
        ...base,
        ...(start === undefined ? {} : { job: start.job, kind: start.kind, startedAt: start.at }),
        ...(status === undefined ? {} : { status }),
      };
    } catch (error) {
      if (isDativoError(error) && error.code === "JOURNAL_CORRUPT")
        return { ...base, ...(await this.intended()), status: "unreadable" };
      throw error;
    }
  }

  /** Writes the report, atomically. */
  async writeReport(report: Json): Promise<void> {
    await replaceFile(this.reportFile, `${JSON.stringify(report, null, 2)}\n`);
  }

  /** The report, when the run has got that far. */
  async readReport(): Promise<Json | undefined> {
    try {
      return JSON.parse(await readFile(this.reportFile, "utf8")) as Json;
    } catch (error) {
      if (isMissing(error)) return undefined;
      if (error instanceof SyntaxError)
        throw new DativoError({
          code: "JOURNAL_CORRUPT",
          message: `The report ${this.reportFile} is not valid JSON.`,
          hint: "The journal beside it says what was committed.",
          details: { file: this.reportFile },
          cause: error,
        });
      throw fileError(error, this.reportFile, "read");
    }
  }

  /** Numbers of the dead letters that replays have written to the target. */
  async replayedLetters(): Promise<ReadonlySet<number>> {
    return new Set((await readReplayMarks(this.replayMarksFile)).flatMap((mark) => mark.letters));
  }

  /** Marks dead letters as written to the target; durable when it returns. */
  async markReplayed(mark: ReplayMark): Promise<void> {
    await appendReplayMark(this.replayMarksFile, mark);
  }

  /** Whose run it is by its intent, for when the journal cannot say so. */
  private async intended(): Promise<Pick<RunSummary, "job" | "kind">> {
    try {
      const { job, replay_of } = JSON.parse(await readFile(join(this.path, "intent.json"), "utf8")) as Record<
        string,
        unknown
      >;
      return {
        ...(typeof job === "string" ? { job } : {}),
        kind: replay_of === undefined ? "run" : "replay",
      };
    } catch {
      return {};
    }
  }

  private async isReplayed(): Promise<boolean> {
    const replayed = await this.replayedLetters();
    for await (const { number } of DeadLetters.read(this.deadLettersFile))
      if (!replayed.has(number)) return false;
    return true;
  }
}

const RUN_ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-[0-9a-f]{6}$/;

/** Ids of all runs, newest first. */
async function runIds(stateDir: string): Promise<readonly string[]> {
  try {
    const names = await readdir(join(stateDir, "runs"));
    return names
      .filter((name) => RUN_ID.test(name))
      .sort()
      .reverse();
  } catch (error) {
    if (isMissing(error)) return [];
    throw fileError(error, join(stateDir, "runs"), "read");
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw fileError(error, file, "read");
  }
}

/** Keeps what runs leave behind, and secrets, out of version control. */
async function ignoreInGit(stateDir: string): Promise<void> {
  if (basename(stateDir) !== ".dativo") return;
  await writeFile(join(stateDir, ".gitignore"), "cache/\nlocks/\nruns/\nsecrets/\nstate/\n", {
    flag: "wx",
  }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  });
}
