/** A CSV file to Parquet, with built-in reader and writer. */
export const CSV_PROJECT = {
  "job.yaml": [
    "source:",
    "  type: csv",
    '  files: [{ path: "in/*.csv", object: people }]',
    "target:",
    "  type: parquet",
    '  connection: { path: "./data" }',
    "",
  ].join("\n"),
  "in/people.csv": "id,name\n1,Ada\n2,Alan\n3,Grace\n",
};

/** A reader that yields one record every so many milliseconds, by cursor, and a commit every ten. */
export function tickProject(options: { readonly ticks: number; readonly everyMs: number }) {
  return {
    "plugins/ticks.ts": `
      import { defineReader } from "@dativo/sdk";
      import { z } from "zod";
      export default defineReader({
        name: "ticks",
        config: { connection: z.object({}).loose() },
        objects: {
          ticks: {
            schema: z.object({ n: z.int() }),
            key: ["n"],
            cursor: "n",
            order: "ascending",
            async *read({ since }) {
              for (let n = since ?? 0; n < ${options.ticks}; n++) {
                console.log("tick", n);
                yield [{ n }];
                await new Promise((done) => setTimeout(done, ${options.everyMs}));
              }
            },
          },
        },
      });`,
    "job.yaml": [
      "source:",
      '  custom_reader: "plugins/ticks.ts:default"',
      "target:",
      "  type: jsonl",
      '  connection: { path: "./data" }',
      "checkpoint: { max_records: 10 }",
      "",
    ].join("\n"),
  };
}

/** A reader whose second record does not match its schema. */
export const REJECTING_PROJECT = {
  "plugins/numbers.ts": `
    import { defineReader } from "@dativo/sdk";
    import { z } from "zod";
    export default defineReader({
      name: "numbers",
      config: {},
      objects: {
        numbers: {
          schema: z.object({ n: z.int() }),
          async *read() {
            yield JSON.parse('[{"n": 1}, {"n": "two"}, {"n": 3}]');
          },
        },
      },
    });`,
  "job.yaml": [
    "source:",
    '  custom_reader: "plugins/numbers.ts:default"',
    "target:",
    "  type: jsonl",
    '  connection: { path: "./data" }',
    "schema_validation_mode: warn",
    "",
  ].join("\n"),
};
