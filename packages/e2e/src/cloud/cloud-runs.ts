import { expect } from "vitest";
import { type CloudReader, type ReaderJob, readerProject, visibleRecords } from "./cloud-readers.js";

/** What a run by the command took of the cloud. */
export interface CloudReport {
  readonly objects: readonly { readonly object: string; readonly read: number; readonly written: number }[];
  readonly cloud: readonly {
    readonly function: string;
    readonly invocations: number;
    readonly billed_ms: number;
  }[];
}

const here = new Map<CloudReader, Promise<readonly string[]>>();

/** What a reader's job writes when the reader runs on this machine. */
export function recordsHere(reader: CloudReader): Promise<readonly string[]> {
  const known = here.get(reader) ?? readHere(reader);
  here.set(reader, known);
  return known;
}

async function readHere(reader: CloudReader): Promise<readonly string[]> {
  const project = readerProject(reader, {});
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
  const expected = await recordsHere(reader);
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
