import { readFileSync } from "node:fs";
import { Project } from "../dativo.js";

/** Partitions of the orders. */
export const PARTITIONS = 32;

/** Kills of workers that one run outlives: each may strike a part that has got no further since the last one. */
export const MOST_KILLS = 10;

/** Records of a partition at first. */
export const RECORDS = 120;

/** Orders by region: 40 share each instant, so that ties cross pages and checkpoints. Says what it does in a file. */
const READER = `
import { defineReader } from "@dativo/sdk";
import { appendFileSync } from "node:fs";
import { z } from "zod";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (...words) => appendFileSync("source.log", words.join(" ") + "\\n");

export default defineReader({
  name: "orders",
  config: { options: z.object({ rows: z.coerce.number(), page_ms: z.coerce.number(), parts: z.string() }) },
  open: ({ config }) => config.options,
  objects: {
    orders: {
      schema: z.object({ id: z.int(), region: z.string(), updated: z.iso.datetime() }),
      key: ["id"],
      cursor: "updated",
      order: "ascending",
      partitions: ({ client }) => client.parts.split(",").map((n) => ({ id: "region-" + n, params: { n: Number(n) } })),
      async *read({ client, since, partition }) {
        const { n } = partition.params;
        say("begin", n);
        for (let at = 0; at < client.rows; at += 30) {
          await sleep(client.page_ms);
          const page = Array.from({ length: Math.min(30, client.rows - at) }, (_, i) => ({
            id: n * 1_000_000 + at + i,
            region: "region-" + n,
            updated: new Date(Date.UTC(2026, 0, 1) + Math.floor((at + i) / 40) * 60_000).toISOString(),
          })).filter(({ updated }) => since === undefined || updated >= since);
          if (page.length === 0) continue;
          say("read", n, page.length);
          yield page;
        }
        say("end", n);
      },
    },
  },
});
`;

/** What one run is to be like; given as environment variables, which the job file names. */
export interface PartsRun {
  /** Records of each partition. @default RECORDS */
  readonly rows?: number;
  /** Milliseconds that a page takes. @default 0 */
  readonly pageMs?: number;
  /** Numbers of the partitions. @default 0 to 31 */
  readonly parts?: readonly number[];
}

/** Numbers of the partitions, as the reader has them when nothing is said. */
export const ALL_PARTS: readonly number[] = Array.from({ length: PARTITIONS }, (_, n) => n);

/** The environment of a run. */
export function partsEnvironment({ rows = RECORDS, pageMs = 0, parts = ALL_PARTS }: PartsRun) {
  return { ROWS: String(rows), PAGE_MS: String(pageMs), PARTS: parts.join(",") };
}

/** A project whose job reads the orders into Parquet files, or into another target. */
export function partsProject(target = "  type: parquet\n  connection: { path: ./out }\n"): Project {
  return new Project({
    "orders.ts": READER,
    "job.yaml": `name: orders
source:
  custom_reader: "orders.ts:default"
  objects: [orders]
  engine: { options: { rows: "\${ROWS}", page_ms: "\${PAGE_MS}", parts: "\${PARTS}" } }
target:
${target}checkpoint: { max_records: 60 }
retry_config: { max_retries: ${MOST_KILLS}, initial_delay_seconds: 0 }
`,
  });
}

/** The records that a target must hold, each as one line, sorted. */
export function expectedOrders({ rows = RECORDS, parts = ALL_PARTS }: PartsRun = {}): string[] {
  return parts
    .flatMap((n) => Array.from({ length: rows }, (_, i) => `${n * 1_000_000 + i} region-${n}`))
    .sort();
}

/** The records that the target holds, each as one line, sorted; records that are there twice are listed twice. */
export async function targetOrders(project: Project): Promise<string[]> {
  const ended = await project.dativo(["query", "select id, region from orders", "job.yaml", "--json"], {
    env: partsEnvironment({}),
  });
  if (ended.code !== 0)
    throw new Error(`dativo query ended with ${ended.code}: ${ended.stderr}${ended.stdout}`);
  const { rows } = JSON.parse(ended.stdout) as { rows: { id: number | string; region: string }[] };
  return rows.map(({ id, region }) => `${id} ${region}`).sort();
}

/** What the reader has said it did. */
export interface SourceLog {
  /** Most partitions that were being read at one moment, by the order of what was said. */
  readonly mostAtOnce: number;
  /** Records that left the source. */
  readonly read: number;
}

/** What the reader has said since a length of the log. */
export function sourceLog(project: Project, from = 0): SourceLog {
  let running = 0;
  let mostAtOnce = 0;
  let read = 0;
  for (const line of logText(project).slice(from).split("\n")) {
    const [what, , count] = line.split(" ");
    if (what === "begin") running += 1;
    if (what === "end") running -= 1;
    if (what === "read") read += Number(count);
    mostAtOnce = Math.max(mostAtOnce, running);
  }
  return { mostAtOnce, read };
}

/** Characters that the reader has said. */
export function logLength(project: Project): number {
  return logText(project).length;
}

function logText(project: Project): string {
  try {
    return readFileSync(project.path("source.log"), "utf8");
  } catch {
    return "";
  }
}
