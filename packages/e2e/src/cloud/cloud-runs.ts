import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { killAfter } from "../kill.js";
import {
  type CloudReader,
  type ReaderJob,
  readerProject,
  visibleFiles,
  visibleRecords,
} from "./cloud-readers.js";

/** What a run by the command took of the cloud. */
export interface CloudReport {
  readonly objects: readonly { readonly object: string; readonly read: number; readonly written: number }[];
  readonly cloud: readonly {
    readonly function: string;
    readonly invocations: number;
    readonly billed_ms: number;
  }[];
}

const here = new Map<string, Promise<readonly string[]>>();

/** What a reader's job writes when the reader runs on this machine. */
export function recordsHere(reader: CloudReader, job: ReaderJob = {}): Promise<readonly string[]> {
  const key = `${reader.language} ${job.rows}`;
  const known = here.get(key) ?? readHere(reader, job.rows);
  here.set(key, known);
  return known;
}

async function readHere(reader: CloudReader, rows: number | undefined): Promise<readonly string[]> {
  const project = readerProject(reader, rows === undefined ? {} : { rows });
  const ended = await project.dativo(["run", "job.yaml"]);
  expect(ended.code, ended.stderr).toBe(0);
  const records = visibleRecords(project);
  project.remove();
  return records;
}

/** Runs a reader in a function, and sees that it writes what it writes here: each record, and each one once. */
export async function runsAsHere(
  reader: CloudReader,
  job: ReaderJob & Required<Pick<ReaderJob, "provider">>,
): Promise<CloudReport> {
  const expected = await recordsHere(reader, job);
  const project = readerProject(reader, job);
  const ended = await project.dativo(["run", "job.yaml", "--json"], { env: job.provider.env });
  expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
  const records = visibleRecords(project);
  expect(records.length).toBe(expected.length);
  expect(records).toEqual(expected);
  expect(new Set(records).size).toBe(records.length);
  project.remove();
  return JSON.parse(ended.stdout) as CloudReport;
}

/** Kills the run of a reader in a function once it has committed something, and sees that the next goes on from there. */
export async function goesOnAfterKill(
  reader: CloudReader,
  job: ReaderJob & Required<Pick<ReaderJob, "provider">>,
): Promise<void> {
  const expected = await recordsHere(reader, job);
  const project = readerProject(reader, { pageMs: 25, ...job });
  const { env } = job.provider;
  let killed = false;
  const first = await project.dativo(["run", "job.yaml"], {
    env,
    onStart: async (child) => {
      while (child.exitCode === null && visibleRecords(project).length < 2000) await sleep(10);
      killed = child.exitCode === null;
      killAfter(0)(child);
    },
  });
  expect(killed, first.stderr).toBe(true);
  expect(first.signal).toBe("SIGKILL");
  const before = visibleRecords(project).length;
  const files = visibleFiles(project);
  expect(before).toBeGreaterThanOrEqual(2000);
  expect(before).toBeLessThan(expected.length);
  const second = await project.dativo(["run", "job.yaml", "--json"], { env });
  expect(second.code, second.stderr).toBe(0);
  expect(visibleRecords(project)).toEqual(expected);
  // It went on where the first had come to: what that committed is as it was. The figures are those of both together.
  expect(visibleFiles(project)).toEqual(expect.arrayContaining([...files]));
  const { objects } = JSON.parse(second.stdout) as CloudReport;
  expect(objects[0]).toMatchObject({ written: expected.length });
  expect(objects[0]?.read).toBeLessThanOrEqual(expected.length + 1000);
  project.remove();
}
