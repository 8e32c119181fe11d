import { existsSync } from "node:fs";
import { mkdtemp, open, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { RunDirectory, RunLock } from "@dativo/engine";
import { toDativoError } from "@dativo/protocol";
import type { Context } from "./context.js";
import { nearbyJobs } from "./nearby-jobs.js";
import { projectFolder } from "./project-folder.js";
import { readJob } from "./read-job.js";
import { counted, formatBytes } from "./terminal/numbers.js";

/** The outcome of one check. */
export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warning" | "failed";
  readonly message: string;
  readonly hint?: string;
}

/** Oldest version of Node that everything runs on. */
const OLDEST_NODE = [20, 19] as const;

/** Statuses after which nothing of a run is left to do. */
const OVER = ["succeeded", "finished_with_rejects", "unreadable", "abandoned"];

/** Bytes of free space below which a run may soon fail. */
const LITTLE_SPACE = 1e9;

/** Node is new enough. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  const found = `${version} on ${process.platform} ${process.arch}`;
  return isOld
    ? {
        check: "node",
        status: "failed",
        message: found,
        hint: `Install Node ${OLDEST_NODE.join(".")} or newer.`,
      }
    : { check: "node", status: "ok", message: found };
}

/** The parts that are compiled for this platform load and work. */
export async function checkNativeParts(): Promise<Finding[]> {
  return [
    await attempt(
      "duckdb",
      "Install dativo again on this platform; optional dependencies must not be left out.",
      async () => {
        const { DuckDb } = await import("@dativo/columnar");
        const database = await DuckDb.open({ threads: 1 });
        try {
          const connection = database.connect();
          const { rows } = await connection.query("select version() as version");
          await connection.close();
          return `DuckDB ${String(rows[0]?.version).replace(/^v/, "")} opens`;
        } finally {
          await database.close();
        }
      },
    ),
    await attempt(
      "esbuild",
      "Install dativo again on this platform; without esbuild, TypeScript plugins cannot be loaded.",
      async () => {
        const esbuild = await import("esbuild");
        await esbuild.transform("const answer: number = 42", { loader: "ts" });
        return `esbuild ${esbuild.version} compiles`;
      },
    ),
  ];
}

/** The folder of state and runs can be written, durably, and has space. */
export async function checkDisk(stateDir: string): Promise<Finding[]> {
  return [
    await attempt(
      "state folder",
      "Check its owner and permissions, or set STATE_DIR to a folder that can be written.",
      async () => {
        const writable = existsSync(stateDir) ? stateDir : resolve(stateDir, "..");
        await writeDurably(writable);
        return `${stateDir} can be written`;
      },
    ),
    await attempt("temporary folder", "Set TMPDIR to a folder that can be written.", async () => {
      await writeDurably(tmpdir());
      return `${tmpdir()} can be written`;
    }),
    await freeSpace(existsSync(stateDir) ? stateDir : resolve(stateDir, "..")),
  ];
}

/** Every job file nearby is valid. */
export async function checkJobs(context: Pick<Context, "cwd" | "env" | "redactors">): Promise<Finding[]> {
  const jobs = nearbyJobs(context.cwd);
  if (jobs.length === 0)
    return [
      {
        check: "jobs",
        status: "warning",
        message: "There is no job file in this folder or in jobs/.",
        hint: "Write one with dativo init.",
      },
    ];
  return Promise.all(
    jobs.map((job) =>
      attempt(job, `See dativo validate ${job}.`, async () => {
        const { warnings } = readJob(job, context);
        return warnings.length === 0 ? "is valid" : `is valid, with ${counted(warnings.length, "warning")}`;
      }),
    ),
  );
}

/** The folder that relative paths start at. */
export function checkProject(cwd: string): Finding {
  const folder = projectFolder(cwd);
  return { check: "project", status: "ok", message: folder };
}

/** Runs that were killed or failed, which the next run of their job takes up. */
export async function checkRuns(stateDir: string): Promise<Finding[]> {
  const runs = await RunDirectory.list(stateDir);
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const { id, job, kind, status } of runs) {
    if (status === "unreadable")
      findings.push({
        check: "runs",
        status: "failed",
        message: `The journal of ${id} cannot be read.`,
        hint: `See dativo runs show ${id}.`,
      });
    if (job === undefined || kind === "replay" || seen.has(job)) continue;
    seen.add(job);
    const owner = status === undefined ? await RunLock.holder({ stateDir, jobKey: job }) : undefined;
    if (owner !== undefined) {
      const message = `${id} of ${job} is under way: process ${owner.pid} on ${owner.host} since ${owner.since}.`;
      findings.push({ check: "runs", status: "ok", message });
    } else if (status === undefined || !OVER.includes(status))
      findings.push({
        check: "runs",
        status: "warning",
        message: `${id} of ${job} ${status === undefined ? "was killed" : `is ${status}`}.`,
        hint: "The next run of the job goes on where it was; nothing needs to be cleared.",
      });
  }
  return findings.length > 0
    ? findings
    : [{ check: "runs", status: "ok", message: `${counted(runs.length, "run")}, none left unfinished` }];
}

async function attempt(check: string, hint: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return { check, status: "ok", message: await work() };
  } catch (thrown) {
    const error = toDativoError(thrown, { code: "UNKNOWN_ERROR", hint });
    return { check, status: "failed", message: `${error.code}: ${error.message}`, hint: error.hint ?? hint };
  }
}

async function writeDurably(folder: string): Promise<void> {
  const temporary = await mkdtemp(join(folder, ".dativo-doctor-"));
  try {
    const file = await open(join(temporary, "probe"), "w");
    await file.writeFile("probe");
    await file.sync();
    await file.close();
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function freeSpace(folder: string): Promise<Finding> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const message = `${formatBytes(free)} free`;
    return free < LITTLE_SPACE
      ? { check: "disk", status: "warning", message, hint: "Free some space before a large run." }
      : { check: "disk", status: "ok", message };
  } catch {
    return { check: "disk", status: "warning", message: "Free space could not be found out." };
  }
}
