import { type BadInput, GOOD_READER, job } from "./bad-input.js";

const writerJob = job({ target: '  custom_writer: "writer.ts:default"\n  connection: { path: ./out }' });
const defined = (
  write: string,
  commit = "return { status: 'success', filesAdded: files.length };",
) => `import { defineWriter } from "@dativo/sdk";
export default defineWriter({
  name: "sink",
  open: () => ({}),
  async write({ batch }) { const rows = batch.rows(); ${write} },
  async commit({ files }) { ${commit} },
  async abort() {},
});
`;
const writer = (name: string, text: string, expected: Pick<BadInput, "code" | "says">): BadInput => ({
  name,
  files: { "job.yaml": writerJob, "reader.ts": GOOD_READER, "writer.ts": text },
  begins: true,
  ...expected,
});

/** Writers that misbehave. */
export const WRITER_CASES: readonly BadInput[] = [
  writer("a writer that throws", defined('throw new Error("no route to the warehouse");'), {
    code: "PLUGIN_ERROR",
    says: ["sink", "write", "no route to the warehouse", /writer\.ts:5:\d+/],
  }),
  writer("a writer that returns nothing", defined("return 7;"), {
    code: "PLUGIN_WRONG_SHAPE",
    says: ["sink", "write", "files", "a number"],
  }),
  writer(
    "a writer that counts wrong",
    defined('return { files: [{ path: "x", recordCount: rows.length - 1 }] };'),
    { code: "WRITER_MISCOUNTED", says: ["sink", "2", "1"] },
  ),
  writer(
    "a commit that throws",
    defined(
      'return { files: [{ path: "x", recordCount: rows.length }] };',
      'throw new Error("the table is locked");',
    ),
    {
      code: "PLUGIN_ERROR",
      says: ["sink", "commit", "the table is locked"],
    },
  ),
];
