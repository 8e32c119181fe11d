import { readFileSync } from "node:fs";
import { Project } from "../dativo.js";
import { vegaData } from "../vega-data.js";

interface Feature {
  readonly id: string;
  readonly properties: {
    readonly mag: number | null;
    readonly place: string | null;
    readonly updated: number;
  };
}

/** Real earthquakes in the order of their last change, which is rounded to the hour so that many share one. */
export const EARTHQUAKES = (
  JSON.parse(readFileSync(vegaData("earthquakes.json"), "utf8")) as { features: Feature[] }
).features
  .map(({ id, properties: { mag, place, updated } }) => ({
    id,
    mag,
    place,
    updated: `${new Date(updated).toISOString().slice(0, 13)}:00:00Z`,
  }))
  .sort((a, b) => (a.updated < b.updated ? -1 : a.updated > b.updated ? 1 : a.id < b.id ? -1 : 1));

/** What the source has at the first run: up to the middle. */
export const FIRST_RUN_UNTIL = EARTHQUAKES[Math.floor(EARTHQUAKES.length / 2)]?.updated ?? "";

const READER = `import { defineReader } from "@dativo/sdk";
import { readFileSync } from "node:fs";
import { z } from "zod";

const rows = JSON.parse(readFileSync(new URL("./quakes.json", import.meta.url), "utf8"));

export default defineReader({
  name: "quakes",
  open: () => ({}),
  objects: {
    quakes: {
      schema: z.object({ id: z.string(), mag: z.number().nullable(), place: z.string().nullable(), updated: z.iso.datetime() }),
      key: ["id"],
      cursor: "updated",
      order: "ascending",
      async *read() {
        const found = rows.filter(({ updated }) => updated <= (process.env.UNTIL ?? "9999"));
        for (let at = 0; at < found.length; at += 100) yield found.slice(at, at + 100);
      },
    },
  },
});
`;

/** A project whose job follows the earthquakes by their last change. */
export function earthquakesProject(): Project {
  return new Project({
    "quakes.json": JSON.stringify(EARTHQUAKES),
    "quakes.ts": READER,
    "job.yaml": `name: quakes
source:
  custom_reader: "quakes.ts:default"
  objects: [quakes]
target:
  type: jsonl
  connection: { path: ./out }
checkpoint: { max_records: 300 }
`,
  });
}
