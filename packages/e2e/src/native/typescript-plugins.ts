/** A reader that yields the lines of a file, one JSON record each. */
export const LINES_READER = `import { readFileSync } from "node:fs";
import { defineReader } from "@dativo/sdk";
import { z } from "zod";

export default defineReader({
  name: "lines",
  version: "1.0.0",
  config: { connection: z.object({ lines: z.string() }) },
  objects: {
    airports: {
      async *read({ config }) {
        const lines = readFileSync(config.connection.lines, "utf8").trimEnd().split("\\n");
        for (let at = 0; at < lines.length; at += 1000)
          yield lines.slice(at, at + 1000).map((line) => JSON.parse(line));
      },
    },
  },
});
`;

/** A writer of one JSON record a line. */
export const LINES_WRITER = `import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BaseWriter } from "@dativo/sdk";

export class Lines extends BaseWriter {
  override writeBatch(records: readonly Record<string, unknown>[], fileCounter: number) {
    mkdirSync(this.outputBase, { recursive: true });
    const path = join(this.outputBase, \`\${this.assetDefinition.name}-\${fileCounter}.jsonl\`);
    writeFileSync(path, records.map((record) => JSON.stringify(record) + "\\n").join(""));
    return [{ path, recordCount: records.length }];
  }
}
`;
