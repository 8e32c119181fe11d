import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { WORK } from "../datasets.mjs";
import { run } from "../measure.mjs";
import { median, printTable } from "../table.mjs";

const DATIVO = join(dirname(createRequire(import.meta.url).resolve("dativo/package.json")), "dist", "bin.js");
const TIMES = 9;

/** How long the command takes to start, and to move one record, beside a bare Node that does nothing. */
export async function startup() {
  const folder = join(WORK, "startup");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, ".dativo"), { recursive: true });
  writeFileSync(
    join(folder, "one.ts"),
    `import { defineReader } from "@dativo/sdk";\nimport { z } from "zod";\nexport default defineReader({ name: "one", config: {}, open: () => ({}), objects: { one: { schema: z.object({ id: z.int() }), async *read() { yield [{ id: 1 }]; } } } });\n`,
  );
  writeFileSync(
    join(folder, "plugin.yaml"),
    'source: { custom_reader: "one.ts:default", objects: [one] }\ntarget: { type: parquet, connection: { path: ./plugin } }\n',
  );
  writeFileSync(join(folder, "one.csv"), "id\n1\n");
  writeFileSync(
    join(folder, "csv.yaml"),
    "source: { type: csv, files: [{ path: one.csv }] }\ntarget: { type: parquet, connection: { path: ./csv } }\n",
  );

  const contestants = {
    "node -e 0": ["-e", "0"],
    "dativo --help": [DATIVO, "--help"],
    "dativo run, one record, TypeScript plugin (warm cache)": [DATIVO, "run", "plugin.yaml"],
    "dativo run, one record, CSV → Parquet": [DATIVO, "run", "csv.yaml", "--full-refresh"],
  };
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  // Interleaved, so that a slow moment of the machine strikes all of them; the first round warms caches.
  for (let round = 0; round <= TIMES; round += 1)
    for (const [name, args] of Object.entries(contestants)) {
      const { wall } = await run(process.execPath, args, { cwd: folder });
      if (round > 0) times[name].push(wall * 1000);
    }
  const bare = median(times["node -e 0"]);
  const lines = [["command", "time", "over bare node"]];
  for (const [name, values] of Object.entries(times))
    lines.push([name, `${median(values).toFixed(0)} ms`, `${(median(values) - bare).toFixed(0)} ms`]);
  printTable(`Start-up (median of ${TIMES}, interleaved)`, lines);
}
