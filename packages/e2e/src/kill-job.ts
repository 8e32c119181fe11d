import { readFileSync } from "node:fs";
import { Project } from "./dativo.js";
import { vegaData } from "./vega-data.js";

/** Records that the kill job reads. */
export const RECORDS = 4000;

/** Records after which the kill job commits. */
export const CHECKPOINT = 1000;

/** A built-in writer in one of its modes, and how what it wrote is read. */
export interface Destination {
  readonly name: string;
  readonly mode: "append" | "replace" | "merge";
  readonly target: string;
  /** Ending of the names of files. */
  readonly extension?: string;
  /** SQL function that reads the files. */
  readonly read?: string;
  /** Table that holds the records, once the file is attached as `target`. */
  readonly table?: string;
}

const files = (type: string, mode: Destination["mode"], read: string): Destination => ({
  name: `${type} ${mode}`,
  mode,
  target: `  type: ${type}\n  connection: { path: ./out }\n  mode: ${mode}\n`,
  extension: type,
  read,
});

const duckdb = (mode: Destination["mode"]): Destination => ({
  name: `duckdb ${mode}`,
  mode,
  target: `  type: duckdb\n  connection: { path: ./out/target.duckdb }\n  mode: ${mode}\n`,
  table: "target.zipcodes",
});

/** Every built-in writer in every mode it has. */
export const DESTINATIONS: readonly Destination[] = [
  files("parquet", "append", "read_parquet"),
  files("parquet", "replace", "read_parquet"),
  files("csv", "append", "read_csv"),
  files("csv", "replace", "read_csv"),
  files("jsonl", "append", "read_json"),
  files("jsonl", "replace", "read_json"),
  files("json", "append", "read_json"),
  files("json", "replace", "read_json"),
  files("arrow", "append", "arrow"),
  files("arrow", "replace", "arrow"),
  duckdb("append"),
  duckdb("replace"),
  duckdb("merge"),
];

/** US zip codes as a source with ties: a page of an API whose records share their `updated` by the hundred. */
const READER = `
import { defineReader } from "@dativo/sdk";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const rows = JSON.parse(readFileSync(new URL("./zipcodes.json", import.meta.url), "utf8"));

export default defineReader({
  name: "zipcodes",
  config: { options: z.object({ page_ms: z.coerce.number(), edition: z.coerce.number(), pause_at: z.coerce.number() }) },
  open: ({ config }) => config.options,
  objects: {
    zipcodes: {
      schema: z.object({ zip_code: z.string(), latitude: z.number(), longitude: z.number(), city: z.string(), state: z.string(), county: z.string().nullable(), updated: z.iso.datetime(), edition: z.int() }),
      key: ["zip_code"],
      cursor: "updated",
      order: "ascending",
      async *read({ client, since }) {
        const from = since === undefined ? 0 : rows.findIndex((row) => row.updated >= since);
        for (let at = from; at >= 0 && at < rows.length; at += 250) {
          if (client.page_ms > 0) await sleep(client.page_ms);
          if (at === client.pause_at) {
            writeFileSync("paused", "");
            while (existsSync("paused")) await sleep(10);
          }
          yield rows.slice(at, at + 250).map((row) => ({ ...row, edition: client.edition }));
        }
      },
    },
  },
});
`;

/** What one run of the kill job is to be like; given as environment variables, which the job file names. */
export interface KillRun {
  /** Milliseconds that a page takes. @default 0 */
  readonly pageMs?: number;
  /** Value of the column `edition` in every record. @default 1 */
  readonly edition?: number;
  /** Number of the record before which the reader waits until the file `paused` is removed. */
  readonly pauseAt?: number;
}

/** The environment of a run of the kill job. */
export const killEnvironment = ({
  pageMs = 0,
  edition = 1,
  pauseAt = -1,
}: KillRun): Record<string, string> => ({
  PAGE_MS: String(pageMs),
  EDITION: String(edition),
  PAUSE_AT: String(pauseAt),
});

/** A project whose job reads the zip codes into a destination, with a checkpoint every thousand records. */
export function killProject(destination: Destination): Project {
  return new Project({
    "zipcodes.json": JSON.stringify(sourceRecords()),
    "zipcodes.ts": READER,
    "job.yaml": `name: zipcodes
source:
  custom_reader: "zipcodes.ts:default"
  objects: [zipcodes]
  engine: { options: { page_ms: "\${PAGE_MS:-0}", edition: "\${EDITION:-1}", pause_at: "\${PAUSE_AT:--1}" } }
target:
${destination.target}checkpoint: { max_records: ${CHECKPOINT} }
retry_config: { max_retries: 1, initial_delay_seconds: 0 }
`,
  });
}

let records: readonly Record<string, unknown>[] | undefined;

/** The records that the kill job reads, without their edition. */
export function sourceRecords(): readonly Record<string, unknown>[] {
  records ??= readZipCodes();
  return records;
}

function readZipCodes(): Record<string, unknown>[] {
  const csv = readFileSync(vegaData("zipcodes.csv"), "utf8");
  return csv
    .split("\n")
    .slice(1, RECORDS + 1)
    .map((line, index) => {
      const [zip_code, latitude, longitude, city, state, county] = line
        .split(",")
        .map((cell) => cell.replaceAll('"', ""));
      return {
        zip_code,
        latitude: Number(latitude),
        longitude: Number(longitude),
        city,
        state,
        county: county === "" ? null : county,
        // 130 records share each instant, so that ties cross pages and checkpoints.
        updated: new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 130) * 60_000).toISOString(),
      };
    });
}
