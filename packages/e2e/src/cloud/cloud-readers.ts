import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { Project } from "../dativo.js";
import { rustExample } from "../native/rust-libraries.js";
import { isStaged } from "../staged-files.js";
import type { ExecutionSettings, Provider } from "./providers.js";

/** Records that each of the readers yields, with a position after every fortieth of them. */
export const RECORDS = 8000;

/** A reader that needs nothing but itself, in one language. */
export interface CloudReader {
  readonly language: "TypeScript" | "Python" | "Rust";
  /** What `custom_reader` names. */
  readonly reference: string;
  readonly object: string;
  readonly files: Readonly<Record<string, string>>;
  /** Library of an example plugin that is put beside the job. */
  readonly library?: string;
  readonly runtime: "node" | "python";
}

const TYPESCRIPT = `import { defineReader } from "@dativo/sdk";
import { z } from "zod";

export default defineReader({
  name: "numbers",
  config: { options: z.object({ page_ms: z.coerce.number().default(0) }) },
  open: ({ config }) => config.options,
  objects: {
    numbers: {
      schema: z.object({ id: z.int(), text: z.string() }),
      key: ["id"],
      cursor: "id",
      order: "ascending",
      async *read({ client, since = 0 }) {
        for (let at = since - (since % 200); at < ${RECORDS}; at += 200) {
          await new Promise((resolve) => setTimeout(resolve, client.page_ms));
          yield Array.from({ length: 200 }, (_, more) => ({ id: at + more, text: \`number \${at + more} \`.repeat(6) }));
        }
      },
    },
  },
});
`;

const PYTHON = `from dativo_ingest import BaseReader, Page


class Numbers(BaseReader):
    incremental = True

    def extract(self, state_manager=None):
        for start in range(state_manager.get(default=0), ${RECORDS}, 200):
            records = [{"id": n, "text": f"number {n} " * 6} for n in range(start, start + 200)]
            yield Page(records, position=start + 200)
`;

/** One reader a language; all are positioned. */
export const CLOUD_READERS: readonly CloudReader[] = [
  {
    language: "TypeScript",
    reference: "numbers.ts:default",
    object: "numbers",
    files: { "numbers.ts": TYPESCRIPT },
    runtime: "node",
  },
  {
    language: "Python",
    reference: "numbers.py:Numbers",
    object: "numbers",
    files: { "numbers.py": PYTHON },
    runtime: "python",
  },
  {
    language: "Rust",
    reference: "libgenerate.so:create_reader",
    object: "records",
    files: {},
    library: "generate",
    runtime: "node",
  },
];

/** How a job of one of the readers runs. */
export interface ReaderJob {
  /** @default "numbers" */
  readonly name?: string;
  /** Where the reader runs; here without one. */
  readonly provider?: Provider;
  readonly settings?: ExecutionSettings;
  /** Milliseconds before each page, which only the reader in TypeScript knows. */
  readonly pageMs?: number;
  /** Records that there are, which only the reader in Rust knows. */
  readonly rows?: number;
}

/** A project whose job reads with one of the readers, into files of its own. */
export function readerProject(reader: CloudReader, job: ReaderJob): Project {
  const { name = "numbers", provider, settings, pageMs, rows = RECORDS } = job;
  const connection =
    reader.library === undefined ? "" : `  connection: { rows: ${rows}, batch_rows: ${rows / 40} }\n`;
  const options = pageMs === undefined ? "" : `    options: { page_ms: ${pageMs} }\n`;
  const cloud = provider?.cloudExecution(provider.runtimes[reader.runtime], settings) ?? "";
  const engine = options + cloud;
  const project = new Project({
    ...reader.files,
    "job.yaml": `name: ${name}
source:
  custom_reader: "${reader.reference}"
  objects: [${reader.object}]
${connection}${engine === "" ? "" : `  engine:\n${engine}`}target: { type: jsonl, connection: { path: ./out } }
checkpoint: { max_records: ${rows / 8} }
`,
  });
  if (reader.library !== undefined)
    copyFileSync(rustExample(reader.library), project.path(reader.reference.split(":")[0] ?? ""));
  return project;
}

/** A file that a job has made visible. */
interface VisibleFile {
  readonly path: string;
  readonly text: string;
}

/** Every file that a job has made visible. */
export function visibleFiles(project: Project): readonly VisibleFile[] {
  const out = project.path("out");
  if (!existsSync(out)) return [];
  return (readdirSync(out, { recursive: true }) as string[])
    .filter((path) => path.endsWith(".jsonl") && !isStaged(path))
    .map((path) => ({ path, text: readFileSync(project.path("out", path), "utf8") }));
}

/** Every record that a job has made visible, with the ones that are there twice, sorted as text. */
export function visibleRecords(project: Project): readonly string[] {
  return visibleFiles(project)
    .flatMap(({ text }) => text.trimEnd().split("\n"))
    .sort();
}
