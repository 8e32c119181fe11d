import { expect } from "vitest";
import { Project } from "../dativo.js";
import { visibleRecords } from "./cloud-readers.js";
import type { ExecutionSettings, Provider } from "./providers.js";

/** Records of one page, which no response of Cloud Functions has room for together. */
const WIDE_RECORDS = 110;
const WIDE_CHARACTERS = 100_000;

/** What the readers of wide records print while they read. */
export const PRINTED = "a page is on its way";

/** Readers of one page that is larger than a response. */
export const WIDE_READERS = {
  node: {
    file: "wide.ts",
    text: `import { writeSync } from "node:fs";
import { BaseReader } from "@dativo/sdk";
export class Wide extends BaseReader {
  async *extract() {
    writeSync(2, "${PRINTED}\\n");
    yield Array.from({ length: ${WIDE_RECORDS} }, (_, id) => ({ id, text: String(id % 10).repeat(${WIDE_CHARACTERS}) }));
  }
}
`,
  },
  python: {
    file: "wide.py",
    text: `import os

from dativo_ingest import BaseReader


class Wide(BaseReader):
    def extract(self, state_manager=None):
        os.write(2, b"${PRINTED}\\n")
        yield [{"id": n, "text": str(n % 10) * ${WIDE_CHARACTERS}} for n in range(${WIDE_RECORDS})]
`,
  },
} as const;

const wideRecords = Array.from({ length: WIDE_RECORDS }, (_, id) =>
  JSON.stringify({ id, text: String(id % 10).repeat(WIDE_CHARACTERS) }),
).sort();

/** A project whose job reads wide records in a function. */
export function wideProject(
  provider: Provider,
  runtime: keyof typeof WIDE_READERS,
  { name = "wide", ...settings }: ExecutionSettings & { readonly name?: string },
  files: Readonly<Record<string, Uint8Array>> = {},
): Project {
  const { file, text } = WIDE_READERS[runtime];
  return new Project({
    ...files,
    [file]: text,
    "job.yaml": `name: ${name}
source:
  custom_reader: "${file}:Wide"
  objects: [wide]
  engine:
${provider.cloudExecution(provider.runtimes[runtime], settings)}target: { type: jsonl, connection: { path: ./out } }
`,
  });
}

/** Runs a job of wide records, and sees that each is written once. */
export async function runsWide(project: Project, provider: Provider): Promise<void> {
  const ended = await project.dativo(["run", "job.yaml", "--json"], { env: provider.env });
  expect(ended.code, ended.stderr).toBe(0);
  expect(visibleRecords(project)).toEqual(wideRecords);
}
